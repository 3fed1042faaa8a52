public enum NameRules {
    public static func key(_ name: String) -> String {
        var s = String(name.filter { !"（）() ".contains($0) })
        while let r = s.firstRange(of: "有限责任公司") { s.replaceSubrange(r, with: "有限公司") }
        return s.uppercased()
    }
    public static func agree(_ a: String, _ b: String) -> Bool {
        func strip(_ n: String) -> [Character] {
            var s = key(n)
            if s.hasPrefix("广州市") { s.removeFirst(3) } else if s.hasPrefix("广州") { s.removeFirst(2) }
            if s.hasSuffix("有限公司") { s.removeLast(4) }
            return Array(s)
        }
        let x = strip(a), y = strip(b)
        if x == y { return true }
        if x.isEmpty || y.isEmpty { return false }
        var row = Array(0...y.count)
        for i in 1...x.count {
            var prev = row[0]; row[0] = i
            for j in 1...y.count {
                let t = row[j]
                row[j] = min(row[j] + 1, row[j-1] + 1, prev + (x[i-1] == y[j-1] ? 0 : 1))
                prev = t
            }
        }
        return row[y.count] * 3 <= max(x.count, y.count)
    }
    public static func personKey(_ p: String) -> String { p }
    public static func addressKey(_ p: String) -> String { p }
}

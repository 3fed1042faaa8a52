/// A field as it ought to be and as it was written: tells which kinds of dirt it bears.
struct WrittenText {
    typealias Shares = [String: PopulationRatesTests.Share]

    let field: String
    let was: String
    let now: String

    static let names: Set<String> = [
        "ENTNAME", "NSRMC", "nsrmc", "机构名称", "企业名称", "生产企业", "标称生产企业", "被抽样单位",
    ]
    private static let codes: Set<String> = [
        "SHXYDM", "NSRSBH", "nsrsbh", "ZZJGDM", "统一社会信用代码", "机构代码", "注册号", "生产企业代码", "被抽样单位代码",
        "CF_XDR_SHXYM", "CF_XDR_GSZC", "CF_XDR_ZZJG", "CF_XDR_SWDJ", "CF_XDR_ZDM", "CF_XDR_GSDJ",
    ]
    private static let nothing: Set<String> = ["", "null", "NULL", "暂无", "\\n", "无"]
    private static let optional: Set<String> = [
        "OLDNAME", "PARENTPRIPID", "REMEXCPRES", "REDECORG", "REMDATE", "CF_XDR_SYDW", "CF_XDR_SHZZ", "BZ",
        "CF_NR_ZKDX",
        "不合格项目", "PLATFORM", "ICP", "CF_CFLB2",
    ]

    private func count(_ name: String, _ shares: inout Shares, _ isStruck: Bool) {
        shares[name, default: .init()].count(isStruck)
    }

    func countMissing(_ shares: inout Shares) {
        guard !was.isEmpty else { return }
        if field == "SHXYDM" { count("missingTaxUSCC", &shares, Self.nothing.contains(now)) }
        if ["统一社会信用代码", "CF_XDR_SHXYM"].contains(field) {
            count("missingQualityUSCC", &shares, Self.nothing.contains(now))
        }
    }

    func countCode(_ shares: inout Shares, hasOther: Bool) {
        guard Self.codes.contains(field), !was.isEmpty, !Self.nothing.contains(now) else { return }
        let plain = now.halfWidth.uppercased()
        let isMasked = plain.contains("*")
        count("fullWidth", &shares, now.halfWidth != now)
        if plain.utf8.contains(where: { 0x41...0x5A ~= $0 }) {
            count("lowerCase", &shares, now.halfWidth.utf8.contains { 0x61...0x7A ~= $0 })
        }
        if was.utf8.count > 12 { count("masked", &shares, isMasked) }
        let (a, b) = (Array(was.utf8), Array(plain.utf8))
        if hasOther, !was.hasPrefix("L") {
            count("wrongColumn", &shares, a.count != b.count)
        }
        let places = a.count == b.count && !isMasked ? a.indices.filter { a[$0] != b[$0] } : []
        count("wrongCharacter", &shares, places.count == 1)
        count("swapped", &shares, places.count == 2 && a[places[0]] == b[places[1]] && a[places[1]] == b[places[0]])
    }

    func countName(_ shares: inout Shares) {
        guard Self.names.contains(field), !was.isEmpty else { return }
        if now.halfWidth.utf8.contains(where: { 0x30...0x39 ~= $0 || 0x41...0x5A ~= $0 }) {
            count("fullWidthNames", &shares, now.halfWidth != now)
        }
        count("blanks", &shares, now.contains(where: \.isWhitespace))
        if was.contains("（") { count("brackets", &shares, now.contains("(") || now.contains(")")) }
        let isOutside = now.contains { "䶮𬭎𠮷𬍛".contains($0) }
        count("outsideGBK", &shares, isOutside)
        let isTraditional = now.contains { "廣東業貿發龍門車電機設實裝飾藥醫務國銀長匯聯達興豐澤運網紙鐵鋼鋁園廠衛環義樂慶寶麗".contains($0) }
        if was.contains("广") { count("traditional", &shares, isTraditional) }
        var plain = now.halfWidth.filter { !$0.isWhitespace }
        plain = String(plain.map { $0 == "(" ? "（" : $0 == ")" ? "）" : $0 })
        let lostCity = was.hasPrefix("广州市") && plain.hasPrefix("广州") && !plain.hasPrefix("广州市")
        if was.contains("有限责任公司") {
            count("shortForm", &shares, !plain.contains("有限责任公司"))
        } else if was.hasPrefix("广州市"), !was.hasPrefix("广州市白云区"), was.count > 6 {
            count("shortForm", &shares, lostCity)
        }
        guard was == was.halfWidth else { return }
        count("typo", &shares, !isOutside && !isTraditional && !lostCity && plain.differsInOnePlace(from: was))
    }

    func countRest(_ shares: inout Shares) {
        switch field {
        case "OPTO" where was.isEmpty, "YCRQ" where was.isEmpty, "CF_YXQ" where was.isEmpty,
            "CF_JZRQ" where was.isEmpty:
            count("sentinelDate", &shares, !Self.nothing.contains(now))
        case "ESTDATE", "OPFROM", "APPRDATE", "DJRQ", "djrq", "PDRQ", "颁证日期", "发证日期":
            count("dateForm", &shares, was != now)
        case "REGCAP", "PENAM", "CF_NR_FK":
            if !was.isEmpty { count("yuan", &shares, was != now) }
        case "LEREP", "FDDBRXM", "fddbr", "法定代表人":
            // Announcements name the representative whom the office looked up.
            if !was.isEmpty { count("representative/" + field, &shares, Self.nothing.contains(now)) }
        default:
            guard Self.optional.contains(field), was.isEmpty else { return }
            count("nullMarker", &shares, now != was)
        }
        if ["LEREP", "法定代表人"].contains(field), !was.isEmpty {
            count("noRepresentative", &shares, Self.nothing.contains(now))
        }
    }
}

extension String {
    /// Letters and digits of full width as those of half.
    var halfWidth: String {
        String(
            String.UnicodeScalarView(
                unicodeScalars.map { scalar in
                    0xFF10...0xFF5A ~= scalar.value ? UnicodeScalar(scalar.value - 0xFEE0) ?? scalar : scalar
                }
            )
        )
    }

    /// One character more, fewer or another.
    func differsInOnePlace(from other: String) -> Bool {
        var (a, b) = (ArraySlice(Array(self)), ArraySlice(Array(other)))
        while let one = a.first, one == b.first {
            a.removeFirst()
            b.removeFirst()
        }
        while let one = a.last, one == b.last {
            a.removeLast()
            b.removeLast()
        }
        return max(a.count, b.count) == 1
    }
}

/// The parts of an address that decide where a request may go.
struct WebAddress: Equatable {
    var scheme: String
    var host: String
    var port: Int

    /// - Returns: nil unless it is `http` or `https`, absolute, without credentials, blanks and control characters.
    init?(_ text: String) {
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }), let colon = text.range(of: "://") else { return nil }
        scheme = text[..<colon.lowerBound].lowercased()
        guard scheme == "http" || scheme == "https" else { return nil }
        let authority = text[colon.upperBound...].prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard !authority.isEmpty, !authority.contains("@"), !authority.contains("\\") else { return nil }
        var host = authority[...]
        var port = scheme == "http" ? 80 : 443
        if let last = authority.lastIndex(of: ":"), !authority[last...].contains("]") {
            host = authority[..<last]
            guard let number = Int(authority[authority.index(after: last)...]), (1...65535).contains(number) else {
                return nil
            }
            port = number
        }
        guard !host.isEmpty else { return nil }
        self.host = host.lowercased()
        self.port = port
    }

    /// The same address without user and password.
    static func withoutCredentials(_ text: String) -> String {
        guard let start = text.range(of: "://")?.upperBound else { return text }
        let end = text[start...].firstIndex { $0 == "/" || $0 == "?" || $0 == "#" } ?? text.endIndex
        guard let at = text[start..<end].lastIndex(of: "@") else { return text }
        return String(text[..<start] + text[text.index(after: at)...])
    }

    /// For messages: the address without its query.
    static func shown(_ text: String) -> String { String(text.prefix { $0 != "?" && $0 != "#" }) }
}

extension String {
    fileprivate func range(of needle: String) -> Range<Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(needle) { return start..<index(start, offsetBy: needle.count) }
            start = index(after: start)
        }
        return nil
    }
}

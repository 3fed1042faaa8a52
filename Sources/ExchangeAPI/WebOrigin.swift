/// A site as browsers name it in `Origin` (RFC 6454 §6.2): scheme, host, and the port where it is not the scheme's own.
package struct WebOrigin: Hashable, Sendable {
    /// As it is compared: byte by byte.
    package let text: String

    /// Only the form that browsers send is one: a path, a slash at the end, capitals or the scheme's own port would never be met.
    ///
    /// Pages that came over plain HTTP are believed from this machine alone.
    package init?(_ text: String) {
        let isSecure = text.hasPrefix("https://")
        guard isSecure || text.hasPrefix("http://"), text.utf8.count <= 300 else { return nil }
        let authority = text.dropFirst(isSecure ? 8 : 7)
        guard let (host, port) = Self.parts(authority), Self.isHost(host) else { return nil }
        guard isSecure || ["localhost", "127.0.0.1", "[::1]"].contains(host) else { return nil }
        if let port {
            guard let number = Int(port), "\(number)" == port, 1...65_535 ~= number, number != (isSecure ? 443 : 80)
            else { return nil }
        }
        self.text = text
    }

    /// Host and port; an address of IPv6 has colons of its own.
    private static func parts(_ authority: Substring) -> (host: Substring, port: Substring?)? {
        let end: Substring.Index
        if authority.hasPrefix("[") {
            guard let bracket = authority.firstIndex(of: "]") else { return nil }
            end = authority.index(after: bracket)
        } else {
            end = authority.firstIndex(of: ":") ?? authority.endIndex
        }
        let (host, rest) = (authority[..<end], authority[end...])
        guard rest.isEmpty || rest.hasPrefix(":") else { return nil }
        return (host, rest.isEmpty ? nil : rest.dropFirst())
    }

    private static func isHost(_ host: Substring) -> Bool {
        if host.hasPrefix("[") {
            return host.dropFirst().dropLast().utf8.allSatisfy {
                0x30...0x39 ~= $0 || 0x61...0x66 ~= $0 || $0 == UInt8(ascii: ":")
            }
        }
        return host.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
            1...63 ~= label.utf8.count && !label.hasPrefix("-") && !label.hasSuffix("-")
                && label.utf8.allSatisfy {
                    0x30...0x39 ~= $0 || 0x61...0x7A ~= $0 || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
                }
        }
    }
}

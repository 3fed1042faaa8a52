/// Where calls may go whose addresses strangers chose.
package struct OutboundPolicy: Sendable, Hashable {
    /// Whether `http` may be called, too: for tests and a sandbox.
    package var allowsPlainText = false
    /// Whether addresses of our own network may be called, too: for tests and a sandbox.
    package var allowsOwnNetwork = false
    /// Whether this machine itself may be called under a name that says so, by `http` and at any port, too: for a sandbox.
    package var allowsLoopback = false
    /// The ports that may be called; nil for all.
    package var ports: Set<Int>? = [443]

    /// The strict policy: `https`, port 443, addresses that are the same for everybody on the internet.
    package init() {}
}

/// Why an address is not called.
package enum OutboundRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    /// It is no absolute web address of the plain form: letters, digits, `.` and `-` in the host, no fragment.
    case form
    /// It is longer than ``OutboundAddress/lengthLimit``.
    case length
    /// It is not `https`.
    case scheme
    /// It holds a user or a password.
    case credentials
    /// Its port may not be called.
    case port(Int)
    /// Its host is not known.
    case unknownHost(String)
    /// Its host has an address that only means something in our own network, or to nobody.
    case ownNetwork(NetworkAddress)

    /// One sentence that is safe to show to whoever gave the address.
    package var description: String {
        switch self {
        case .form: "this is no absolute web address, such as https://example.org/hooks"
        case .length: "the address is longer than \(OutboundAddress.lengthLimit) bytes"
        case .scheme: "the address must begin with https://"
        case .credentials: "the address must hold no user and password"
        case .port(let port): "port \(port) may not be called"
        // One sentence for both: which names and addresses there are in our network is nobody's business.
        case .unknownHost, .ownNetwork: "the host has no address, or one that is not reached over the public internet"
        }
    }
}

/// An address that a stranger gave, read strictly: what two readers could understand differently is refused.
package struct OutboundAddress: Hashable, Sendable {
    package static let lengthLimit = 2_000

    /// The address as it was given.
    package let url: String
    /// Lower case, without the brackets of an IPv6 address.
    package let host: String
    package let port: Int
    /// The address that the host itself is; nil for a name.
    let literal: NetworkAddress?

    /// Reads an address, and checks all of it that can be checked without asking anybody.
    /// - Throws: ``OutboundRefusal``.
    package init(_ url: String, _ policy: OutboundPolicy) throws(OutboundRefusal) {
        guard url.utf8.count <= Self.lengthLimit else { throw .length }
        guard url.utf8.allSatisfy({ 0x21...0x7E ~= $0 && !#""<>\^`{|}#"#.utf8.contains($0) }) else { throw .form }
        let scheme = url.prefix { $0 != ":" }.lowercased()
        guard ["http", "https"].contains(scheme), url.dropFirst(scheme.count).hasPrefix("://") else { throw .form }
        guard scheme == "https" || policy.allowsPlainText || policy.allowsLoopback else { throw .scheme }
        let rest = url.dropFirst(scheme.count + 3)
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        guard !authority.contains("@") else { throw .credentials }
        let (host, port) = try Self.parts(authority, scheme)
        let isOwn = policy.allowsLoopback && Self.namesLoopback(host)
        guard scheme == "https" || policy.allowsPlainText || isOwn else { throw .scheme }
        guard isOwn || policy.ports?.contains(port) ?? true else { throw .port(port) }
        self.url = url
        self.host = host
        self.port = port
        literal = NetworkAddress(host)
        if let literal { try Self.check([literal], of: host, policy) }
    }

    /// Whether a host is this machine by its very name; a name that only leads here is somebody else's trick.
    private static func namesLoopback(_ host: String) -> Bool {
        host == "localhost" || NetworkAddress(host)?.isLoopback == true
    }

    private static func parts(_ authority: Substring, _ scheme: String) throws(OutboundRefusal) -> (String, Int) {
        var host = authority
        var portText: Substring?
        if authority.first == "[" {
            guard let end = authority.lastIndex(of: "]") else { throw .form }
            host = authority[authority.index(after: authority.startIndex)..<end]
            let after = authority[authority.index(after: end)...]
            guard after.isEmpty || after.first == ":", NetworkAddress(String(host))?.isVersion6 == true else {
                throw .form
            }
            if !after.isEmpty { portText = after.dropFirst() }
        } else {
            if let colon = authority.firstIndex(of: ":") {
                host = authority[..<colon]
                portText = authority[authority.index(after: colon)...]
            }
            guard isPlainName(host) else { throw .form }
        }
        var port = scheme == "http" ? 80 : 443
        if let portText {
            guard portText.utf8.allSatisfy({ 0x30...0x39 ~= $0 }), let number = Int(portText), 1...65_535 ~= number
            else {
                throw .form
            }
            port = number
        }
        return (host.lowercased(), port)
    }

    /// Labels of letters, digits and hyphens; one that ends in a number must be a whole IPv4 address, or some readers see
    /// one where others see a name.
    private static func isPlainName(_ host: Substring) -> Bool {
        let labels = host.split(separator: ".", omittingEmptySubsequences: false)
        guard host.utf8.count <= 253, let last = labels.last else { return false }
        let isPlain = labels.allSatisfy { label in
            let characters = label.utf8
            return 1...63 ~= characters.count && label.first != "-" && label.last != "-"
                && characters.allSatisfy {
                    0x30...0x39 ~= $0 || 0x41...0x5A ~= $0 || 0x61...0x7A ~= $0 || $0 == UInt8(ascii: "-")
                }
        }
        guard isPlain else { return false }
        let endsInNumber =
            last.first?.isNumber == true && (last.allSatisfy(\.isHexDigit) || last.lowercased().hasPrefix("0x"))
        return !endsInNumber || NetworkAddress(String(host)) != nil
    }

    /// The addresses that may be connected to, at least one.
    /// - Throws: ``OutboundRefusal`` where the host is not known, or any of its addresses may not be called: a name that
    ///   leads to us beside others is no accident.
    func resolved(by resolver: any HostResolver, _ policy: OutboundPolicy) throws(OutboundRefusal) -> [NetworkAddress] {
        let addresses = literal.map { [$0] } ?? resolver.addresses(of: host)
        try Self.check(addresses, of: host, policy)
        return addresses
    }

    private static func check(
        _ addresses: [NetworkAddress],
        of host: String,
        _ policy: OutboundPolicy
    ) throws(OutboundRefusal) {
        guard !addresses.isEmpty else { throw .unknownHost(host) }
        guard !policy.allowsOwnNetwork else { return }
        if policy.allowsLoopback, namesLoopback(host) {
            for address in addresses where !address.isLoopback { throw .ownNetwork(address) }
            return
        }
        for address in addresses where !address.isGlobalUnicast { throw .ownNetwork(address) }
    }
}

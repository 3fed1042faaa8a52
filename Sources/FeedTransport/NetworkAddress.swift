internal import Glibc

/// An IPv4 or IPv6 address.
package struct NetworkAddress: Hashable, Sendable, CustomStringConvertible {
    /// Four bytes or sixteen, in network order.
    package let bytes: [UInt8]

    /// Takes four bytes or sixteen; nil for any other number.
    package init?(_ bytes: [UInt8]) {
        guard bytes.count == 4 || bytes.count == 16 else { return nil }
        self.bytes = bytes
    }

    /// Reads dotted decimals or RFC 4291 text; nil for anything else, shortened and octal IPv4 forms included.
    package init?(_ text: String) {
        for (family, count) in [(AF_INET, 4), (AF_INET6, 16)] {
            var bytes = [UInt8](repeating: 0, count: count)
            let isRead = unsafe bytes.withUnsafeMutableBytes { unsafe inet_pton(family, text, $0.baseAddress) } == 1
            if isRead {
                self.bytes = bytes
                return
            }
        }
        return nil
    }

    /// The address in a socket's own form; nil for other families.
    @unsafe init?(_ address: UnsafeRawPointer, family: Int32) {
        switch family {
        case AF_INET:
            let address = unsafe address.loadUnaligned(as: sockaddr_in.self)
            bytes = unsafe withUnsafeBytes(of: address.sin_addr) { unsafe Array($0) }
        case AF_INET6:
            let address = unsafe address.loadUnaligned(as: sockaddr_in6.self)
            bytes = unsafe withUnsafeBytes(of: address.sin6_addr) { unsafe Array($0) }
        default: return nil
        }
    }

    /// Whether it is of version 6.
    var isVersion6: Bool { bytes.count == 16 }

    /// As it is usually written.
    package var description: String {
        var text = [CChar](repeating: 0, count: 46)
        let family = isVersion6 ? AF_INET6 : AF_INET
        let isWritten = unsafe text.withUnsafeMutableBufferPointer { text in
            unsafe bytes.withUnsafeBytes { bytes in
                unsafe inet_ntop(family, bytes.baseAddress, text.baseAddress, socklen_t(text.count)) != nil
            }
        }
        guard isWritten else { return "?" }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

extension NetworkAddress {
    /// Whether anybody on the internet means the same host by it: what a stranger may have us call.
    ///
    /// By the special-purpose registries of IANA (RFC 6890 and those after it). An IPv6 address that carries an IPv4 one is
    /// judged by that; 6to4 (RFC 7526: obsolete) and Teredo are refused altogether.
    package var isGlobalUnicast: Bool {
        if let carried = carriedVersion4 { return carried.isGlobalUnicast }
        if isVersion6 {
            // Of all IPv6 only 2000::/3 was ever given out.
            return bytes[0] & 0xE0 == 0x20 && !Self.specialVersion6.contains { $0.contains(bytes) }
        }
        return !Self.specialVersion4.contains { $0.contains(bytes) }
    }

    /// Whether it is this machine itself: 127.0.0.0/8 or ::1.
    package var isLoopback: Bool {
        isVersion6 ? bytes == Array(repeating: 0, count: 15) + [1] : bytes[0] == 127
    }

    /// The IPv4 address in an IPv4-mapped one (`::ffff:0:0/96`) or in one that NAT64 translates (`64:ff9b::/96`).
    private var carriedVersion4: NetworkAddress? {
        let carriers = [Self.mapped, Self.translated]
        guard isVersion6, carriers.contains(where: { $0.contains(bytes) }) else { return nil }
        return NetworkAddress(Array(bytes[12...]))
    }

    private struct Block {
        let bytes: [UInt8]
        let length: Int

        init(_ bytes: [UInt8], _ length: Int) {
            self.bytes = bytes
            self.length = length
        }

        func contains(_ address: [UInt8]) -> Bool {
            for place in 0..<(length + 7) / 8 {
                let mask = UInt8(truncatingIfNeeded: 0xFF00 >> min(8, length - place * 8))
                let own = place < bytes.count ? bytes[place] : 0
                if (address[place] ^ own) & mask != 0 { return false }
            }
            return true
        }
    }

    private static let mapped = Block([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF], 96)
    private static let translated = Block([0, 0x64, 0xFF, 0x9B], 96)

    private static let specialVersion4 = [
        Block([0], 8), Block([10], 8), Block([100, 64], 10), Block([127], 8), Block([169, 254], 16),
        Block([172, 16], 12), Block([192, 0, 0], 24), Block([192, 0, 2], 24), Block([192, 88, 99], 24),
        Block([192, 168], 16), Block([198, 18], 15), Block([198, 51, 100], 24), Block([203, 0, 113], 24),
        // Multicast, reserved, broadcast.
        Block([224], 4), Block([240], 4),
        // A public address by which machines of one cloud are told their secrets.
        Block([168, 63, 129, 16], 32),
    ]

    private static let specialVersion6 = [
        // Protocol assignments, Teredo, benchmarks and ORCHID; documentation; 6to4; documentation.
        Block([0x20, 0x01], 23), Block([0x20, 0x01, 0x0D, 0xB8], 32), Block([0x20, 0x02], 16),
        Block([0x3F, 0xFF], 20),
    ]
}

/// Says which addresses a host has.
package protocol HostResolver: Sendable {
    /// Blocks until the answer is there.
    /// - Returns: none where the host is not known.
    func addresses(of host: String) -> [NetworkAddress]
}

/// The operating system's resolver: files and DNS as the machine is set up.
package struct SystemResolver: HostResolver {
    package init() {}

    /// See ``HostResolver``.
    package func addresses(of host: String) -> [NetworkAddress] {
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        unsafe hints.ai_family = AF_UNSPEC
        var list: UnsafeMutablePointer<addrinfo>?
        guard unsafe getaddrinfo(host, nil, &hints, &list) == 0 else { return [] }
        defer { unsafe freeaddrinfo(list) }
        var found: [NetworkAddress] = []
        var next = unsafe list
        while let entry = unsafe next {
            if let address = unsafe entry.pointee.ai_addr,
                let own = unsafe NetworkAddress(UnsafeRawPointer(address), family: entry.pointee.ai_family),
                !found.contains(own)
            {
                found.append(own)
            }
            unsafe next = entry.pointee.ai_next
        }
        return found
    }
}

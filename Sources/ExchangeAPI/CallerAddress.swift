internal import HTTPTypes
internal import Hummingbird
internal import NIOCore

/// Who asks, as far as the network tells: the address that attempts are counted by.
///
/// Of IPv6 the first 64 bits: whoever has one address there has all of them.
struct CallerAddress: Hashable {
    let text: String

    /// - Parameters:
    ///   - remote: the other end of the connection.
    ///   - forwarded: `X-Forwarded-For`; believed where the connection comes from a proxy of ours.
    ///   - proxies: the addresses of our proxies.
    init(_ remote: SocketAddress?, forwarded: String?, proxies: Set<String>) {
        var address = Self.network(remote?.ipAddress ?? "")
        let proxies = Set(proxies.map(Self.network))
        // From the right: what stands further left was written by whoever asks.
        for hop in (forwarded ?? "").split(separator: ",").suffix(16).reversed() {
            guard proxies.contains(address) else { break }
            let hop = String(hop.drop(while: \.isWhitespace).prefix { !$0.isWhitespace })
            guard (try? SocketAddress(ipAddress: hop, port: 0)) != nil else { break }
            address = Self.network(hop)
        }
        text = address
    }

    private static func network(_ address: String) -> String {
        guard address.contains(":") else { return address }
        if let last = address.split(separator: ":").last, last.contains("."), address.lowercased().hasPrefix("::ffff:")
        {
            return String(last)
        }
        var groups = address.prefix { $0 != "%" }.split(separator: ":", omittingEmptySubsequences: false).map(
            String.init
        )
        if let gap = groups.firstIndex(of: "") {
            // `::` stands for as many zeros as are missing; at an end it leaves two empty groups.
            let before = groups[..<gap].filter { !$0.isEmpty }
            let after = groups[gap...].filter { !$0.isEmpty }
            groups = before + Array(repeating: "0", count: max(0, 8 - before.count - after.count)) + after
        }
        return groups.prefix(4).map { String(UInt16($0, radix: 16) ?? 0, radix: 16) }.joined(separator: ":") + "::"
    }
}

extension HTTPField.Name {
    static let forwardedFor = HTTPField.Name("X-Forwarded-For") ?? .eTag
}

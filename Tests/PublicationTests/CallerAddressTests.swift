import NIOCore
import Testing

@testable import ExchangeAPI

@Suite("Attempts are counted by where they come from, and only our proxies may say where that is")
struct CallerAddressTests {
    private static func address(_ remote: String, _ forwarded: String? = nil, _ proxies: Set<String> = []) throws
        -> String
    {
        CallerAddress(try SocketAddress(ipAddress: remote, port: 1), forwarded: forwarded, proxies: proxies).text
    }

    @Test("What anybody can write is not read; what a proxy adds is, from the right")
    func forwarded() throws {
        let proxies: Set = ["10.0.0.1", "10.0.0.2", "::1"]
        #expect(try Self.address("203.0.113.7", "198.51.100.1", proxies) == "203.0.113.7")
        #expect(try Self.address("10.0.0.1", "198.51.100.1") == "10.0.0.1")
        #expect(try Self.address("10.0.0.1", "198.51.100.1", proxies) == "198.51.100.1")
        #expect(try Self.address("10.0.0.1", "1.1.1.1, 198.51.100.1", proxies) == "198.51.100.1")
        #expect(try Self.address("10.0.0.1", "1.1.1.1, 198.51.100.1 , 10.0.0.2", proxies) == "198.51.100.1")
        #expect(try Self.address("::1", "198.51.100.1", proxies) == "198.51.100.1")
        for nonsense in ["", "unknown", "x, y", "198.51.100.1:80", "\"198.51.100.1\"", ",,,", "999.1.1.1"] {
            #expect(try Self.address("10.0.0.1", nonsense, proxies) == "10.0.0.1", "\(nonsense)")
        }
    }

    @Test("Of IPv6 the network counts, however an address of it is written; IPv4 within it is IPv4")
    func networks() throws {
        #expect(try Self.address("2001:db8:1:2:3:4:5:6") == Self.address("2001:db8:1:2::9"))
        #expect(try Self.address("2001:db8:1:2::9") != Self.address("2001:db8:1:3::9"))
        #expect(try Self.address("2001:db8::1") == Self.address("2001:db8:0:0:ffff::"))
        #expect(try Self.address("::1") != Self.address("2001:db8::1"))
        #expect(try Self.address("::ffff:203.0.113.7") == "203.0.113.7")
        #expect(CallerAddress(nil, forwarded: "1.1.1.1", proxies: []).text.isEmpty)
    }
}

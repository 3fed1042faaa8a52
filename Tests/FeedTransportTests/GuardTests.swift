import Testing

@testable import FeedTransport

@Suite("Calls to addresses that strangers chose cannot be turned against our own network")
struct GuardTests {
    @Test(
        "Addresses that mean something else to everybody, or nothing to anybody, are told",
        arguments: [
            "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.100.100.200", "100.127.255.255",
            "127.0.0.1", "127.1.2.3", "168.63.129.16", "169.254.0.1", "169.254.169.254", "172.16.0.1", "172.31.255.255",
            "192.0.0.1", "192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.0.1", "198.18.0.1", "198.19.255.255",
            "198.51.100.7", "203.0.113.7", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "::", "::1",
            "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1",
            "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "100::1", "2001::1", "2001:2::1", "2001:10::1", "2001:20::1",
            "2001:db8::1", "2002:7f00:1::", "2002:808:808::1", "3fff::1", "4000::1", "5f00::1", "fc00::1",
            "fd00:ec2::254", "fe80::1", "fec0::1", "ff02::1", "ff0e::1",
        ]
    )
    func special(text: String) throws { #expect(try !#require(NetworkAddress(text)).isGlobalUnicast) }

    @Test(
        "Addresses of the internet are told, up to the edges of what is not",
        arguments: [
            "1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.0",
            "169.253.255.255", "172.15.255.255", "172.32.0.0", "192.0.1.0", "192.167.255.255", "192.169.0.0",
            "198.17.255.255", "198.20.0.0", "223.255.255.255", "2400:cb00::1", "2606:4700::1111", "2001:200::1",
            "2001:4860:4860::8888", "2a00:1450::1", "::ffff:1.1.1.1", "64:ff9b::101:101",
        ]
    )
    func global(text: String) throws { #expect(try #require(NetworkAddress(text)).isGlobalUnicast) }

    @Test(
        "Web addresses that are not plain are refused before anybody is asked",
        arguments: [
            ("", .form), ("example.org", .form), ("//example.org/", .form), ("https:/example.org", .form),
            ("https://", .form), ("https:///x", .form), ("ftp://example.org/", .form), ("file:///etc/passwd", .form),
            ("gopher://example.org/", .form), ("javascript:alert(1)", .form), ("http://example.org/", .scheme),
            ("https://u@example.org/", .credentials), ("https://u:p@example.org/", .credentials),
            ("https://example.org@127.0.0.1/", .credentials), ("https://example.org:22/", .port(22)),
            ("https://example.org:0/", .form), ("https://example.org:65536/", .form), ("https://example.org:/", .form),
            ("https://example.org:443:443/", .form), ("https://example.org:4a/", .form),
            ("https://example.org/#x", .form), ("https://example.org\\@evil/", .form), ("https://exa mple.org/", .form),
            ("https://example.org/\r\nX: y", .form), ("https://例子.org/", .form), ("https://ex%61mple.org/", .form),
            ("https://example.org./", .form), ("https://.org/", .form), ("https://a..b/", .form),
            ("https://-a.org/", .form), ("https://a_b.org/", .form), ("https://2130706433/", .form),
            ("https://0x7f000001/", .form), ("https://0x7f.1/", .form), ("https://127.1/", .form),
            ("https://127.0.1/", .form), ("https://0177.0.0.1/", .form), ("https://example.0x7f/", .form),
            ("https://[::1/", .form), ("https://[]/", .form), ("https://[127.0.0.1]/", .form),
            ("https://[fe80::1%25eth0]/", .form), ("https://::1/", .form),
        ] as [(String, OutboundRefusal)]
    )
    func form(url: String, refusal: OutboundRefusal) {
        #expect(throws: refusal) { try OutboundAddress(url, OutboundPolicy()) }
    }

    @Test(
        "Hosts that are addresses of our own network are refused at once",
        arguments: [
            "https://127.0.0.1/", "https://169.254.169.254/latest/meta-data/", "https://[::1]/",
            "https://[::ffff:127.0.0.1]/", "https://[64:ff9b::7f00:1]/", "HTTPS://10.0.0.1/",
        ]
    )
    func literals(url: String) throws {
        let refusal = #expect(throws: OutboundRefusal.self) { try OutboundAddress(url, OutboundPolicy()) }
        guard case .ownNetwork = refusal else {
            Issue.record("\(String(describing: refusal))")
            return
        }
    }

    @Test("Plain addresses are taken, and long ones not")
    func plain() throws {
        for url in [
            "https://example.org", "https://EXAMPLE.org:443/a?b=c", "https://1.1.1.1/", "https://a-1.xn--fiqs8s/",
        ] {
            #expect(try OutboundAddress(url, OutboundPolicy()).port == 443)
        }
        #expect(throws: OutboundRefusal.length) {
            try OutboundAddress("https://example.org/" + String(repeating: "a", count: 2000), OutboundPolicy())
        }
    }

    /// Answers with the next addresses each time.
    private struct Answers: HostResolver {
        let addresses: [String]
        func addresses(of host: String) -> [NetworkAddress] { addresses.compactMap { NetworkAddress($0) } }
    }

    @Test("A host of which one address is ours is refused, however many others it has; one of none, too")
    func resolved() throws {
        let address = try OutboundAddress("https://example.org/", OutboundPolicy())
        let good = try address.resolved(by: Answers(addresses: ["1.1.1.1", "2606:4700::1111"]), OutboundPolicy())
        #expect(good.map(\.description) == ["1.1.1.1", "2606:4700::1111"])
        for bad in [["1.1.1.1", "10.0.0.1"], ["::1"], ["::ffff:192.168.1.1", "1.1.1.1"], []] {
            #expect(throws: OutboundRefusal.self) {
                try address.resolved(by: Answers(addresses: bad), OutboundPolicy())
            }
        }
    }

    private static var loopback: OutboundPolicy {
        var policy = OutboundPolicy()
        policy.allowsLoopback = true
        return policy
    }

    @Test(
        "A sandbox calls this machine by its own name, in plain text and at any port",
        arguments: [
            "http://127.0.0.1:8400/hook", "http://127.255.255.254:1/", "http://localhost:8400/", "HTTP://LocalHost/",
            "http://[::1]:8400/", "https://localhost/", "https://example.org/", "https://1.1.1.1/",
        ]
    )
    func ownMachine(url: String) throws { _ = try OutboundAddress(url, Self.loopback) }

    @Test(
        "A sandbox calls no other network, and nothing else in plain text",
        arguments: [
            "http://example.org/", "http://1.1.1.1/", "https://example.org:8443/", "https://10.0.0.1/",
            "http://10.0.0.1:8400/", "http://169.254.169.254/", "https://192.168.1.1/", "http://[::ffff:127.0.0.1]/",
            "http://localhost.example.org/", "http://127.0.0.1.example.org/", "http://[fe80::1]/", "http://0.0.0.0/",
            "http://127.1/",
        ]
    )
    func otherMachines(url: String) {
        #expect(throws: OutboundRefusal.self) { try OutboundAddress(url, Self.loopback) }
    }

    @Test("A name that only leads to this machine is no name of it, and localhost must lead nowhere else")
    func borrowedNames() throws {
        let other = try OutboundAddress("https://example.org/", Self.loopback)
        #expect(throws: OutboundRefusal.self) {
            try other.resolved(by: Answers(addresses: ["127.0.0.1"]), Self.loopback)
        }
        let own = try OutboundAddress("http://localhost:8400/", Self.loopback)
        #expect(try own.resolved(by: Answers(addresses: ["127.0.0.1", "::1"]), Self.loopback).count == 2)
        for bad in [["10.0.0.1"], ["127.0.0.1", "1.1.1.1"], []] {
            #expect(throws: OutboundRefusal.self) { try own.resolved(by: Answers(addresses: bad), Self.loopback) }
        }
    }
}

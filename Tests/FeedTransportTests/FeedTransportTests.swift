import Testing

@testable import FeedTransport

@Suite("FeedTransport")
struct FeedTransportTests {
    @Test("addresses that go elsewhere are told apart")
    func addresses() {
        let base = WebAddress("http://Host/a?b")
        #expect(base == WebAddress("http://host:80/c"))
        #expect(base != WebAddress("https://host/a"))
        #expect(base != WebAddress("http://host:81/a"))
        #expect(base != WebAddress("http://host.evil/a"))
        #expect(WebAddress("http://[::1]:8080/a")?.port == 8080)
    }

    @Test(
        "what is no plain web address is refused",
        arguments: [
            "file:///etc/passwd", "http://u:p@h/", "http://h/a b", "http://h/\r\nX: y", "h/a", "http:///a", "ftp://h/",
            "http://h:0/",
        ]
    )
    func refused(address: String) { #expect(WebAddress(address) == nil) }
}

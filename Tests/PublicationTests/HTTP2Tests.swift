import CreditModel
import CreditStore
import ExchangeAPI
import Foundation
import Publication
import Synchronization
import Testing

/// HTTP/2 gives the same answers, within limits of its own.
@Suite("HTTP/2", .enabled(if: Certificates.canRun, Certificates.absent), .timeLimit(.minutes(20)))
struct HTTP2Tests {
    /// Speaks HTTP/2 by hand: what curl would never send.
    private static let script = """
        import socket, ssl, struct, sys
        port, authority, mode = int(sys.argv[1]), sys.argv[2], sys.argv[3]
        context = ssl.create_default_context(cafile=authority)
        context.set_alpn_protocols(["h2"])
        s = context.wrap_socket(socket.create_connection(("127.0.0.1", port)), server_hostname="localhost")
        s.settimeout(300)
        def frame(kind, flags, stream, body=b""):
            return struct.pack(">I", len(body))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + body
        def text(t): return bytes([len(t)]) + t
        head = bytes([0x82, 0x87, 0x04]) + text(b"/livez") + b"\\x01" + text(b"localhost")
        out = b"PRI * HTTP/2.0\\r\\n\\r\\nSM\\r\\n\\r\\n" + frame(4, 0, 0)
        if mode == "reset":
            for i in range(2000):
                out += frame(1, 5, 2 * i + 1, head) + frame(3, 0, 2 * i + 1, struct.pack(">I", 8))
        if mode == "head":
            big = b"".join(b"\\x00" + text(b"x-%d" % i) + text(b"a" * 100) for i in range(400))
            out += frame(1, 1, 1, head)
            parts = [big[i:i + 16000] for i in range(0, len(big), 16000)]
            for i, part in enumerate(parts):
                out += frame(9, 4 if i == len(parts) - 1 else 0, 1, part)
        if mode == "body":
            post = bytes([0x83, 0x87, 0x04]) + text(b"/livez") + b"\\x01" + text(b"localhost")
            out += frame(1, 4, 1, post)
            out += frame(0, 0, 1, b"a")
        try: s.sendall(out)
        except OSError: pass
        data, kinds, settings, answers = b"", [], {}, 0
        try:
            while True:
                more = s.recv(65536)
                if not more: break
                data += more
                while len(data) >= 9:
                    size = int.from_bytes(data[:3], "big")
                    if len(data) < 9 + size: break
                    kind, flags, body = data[3], data[4], data[9:9 + size]
                    stream = int.from_bytes(data[5:9], "big")
                    data = data[9 + size:]
                    if kind == 4 and not flags & 1:
                        for i in range(0, size, 6):
                            settings[int.from_bytes(body[i:i + 2], "big")] = int.from_bytes(body[i + 2:i + 6], "big")
                        if mode == "settings": raise SystemExit(print("settings", settings.get(3), settings.get(6)))
                    if kind == 1: answers += 1
                    if kind == 7: print("goaway", int.from_bytes(body[4:8], "big")); raise SystemExit
                    if kind == 3: print("reset", int.from_bytes(body, "big")); raise SystemExit
        except OSError: pass
        print("closed", answers)
        """

    @Test("It is spoken where it was offered and agreed on, and answers with the same bytes")
    func same() async throws {
        let world = try World.ofOne()
        let certificates = try Certificates(world)
        let document = text(try #require(try world.store.signed(World.id("P1"))).document)
        try await serving(world, configuration: .showing(certificates.files, offersHTTP2: true)) { port throws in
            let target = "/v1/enterprises/\(World.id("P1"))"
            let second = certificates.get(target, port: port, ["--http2"])
            #expect(second?.hasPrefix("HTTP/2 200") == true && second?.hasSuffix(document) == true)
            let first = certificates.get(target, port: port, ["--http1.1"])
            #expect(first?.hasPrefix("HTTP/1.1 200") == true && first?.hasSuffix(document) == true)
        }
        var configuration = ExchangeConfiguration.showing(certificates.files, offersHTTP2: true)
        configuration.offersHTTP2 = false
        try await serving(world, configuration: configuration) { port throws in
            #expect(certificates.get("/livez", port: port, ["--http2"])?.hasPrefix("HTTP/1.1 200") == true)
        }
    }

    @Test(
        "Streams at once, sizes of heads and resets are bounded; bodies that do not come are not waited for",
        .enabled(if: Certificates.run(["python3", "-c", "import ssl"]).status == 0, "python3 is not on this machine")
    )
    func limits() async throws {
        let world = try World.ofOne()
        let certificates = try Certificates(world)
        var configuration = ExchangeConfiguration.showing(certificates.files, offersHTTP2: true)
        configuration.patience.body = .milliseconds(100)
        let script = try world.write(Array(Self.script.utf8), "http2.py")
        try await serving(world, configuration: configuration) { port throws in
            func say(_ mode: String) -> String {
                Certificates.run(["python3", script, "\(port)", certificates.path("ca.pem"), mode]).output
            }
            #expect(say("settings") == "settings 100 16384\n")
            // 11 is ENHANCE_YOUR_CALM (CVE-2023-44487).
            #expect(say("reset").hasPrefix("goaway 11") || say("reset").hasPrefix("closed"), "\(say("reset"))")
            #expect(!say("head").hasPrefix("closed 1"), "\(say("head"))")
            #expect(say("body").hasPrefix("reset") || say("body").hasPrefix("closed"), "\(say("body"))")
            #expect(certificates.get("/livez", port: port)?.hasPrefix("HTTP/2 200") == true)
        }
    }
}

import AdapterKit
import CreditModel
import Glibc
import Synchronization
import Testing
import XMLFeed

/// One pull whose waiting is written down instead of done.
final class Pull: Sendable {
    private let slept = Mutex<[Int]>([])
    private let stop = Mutex(false)
    var waits: [Int] { slept.withLock { $0 } }

    func stopNow() { stop.withLock { $0 = true } }

    func client(_ change: (inout FeedLimits) -> Void = { _ in }) throws -> FeedClient {
        var limits = FeedLimits()
        limits.connectTimeout = 600_000
        limits.firstByteTimeout = 600_000
        limits.stallTimeout = 600_000
        change(&limits)
        let request = PullRequest(
            dataset: DatasetID(.hongdun, "registration"),
            position: nil,
            limits: limits,
            now: { 784_111_777 },
            sleep: { milliseconds in self.slept.withLock { $0.append(milliseconds) } },
            random: { 0x0123_4567_89AB_CDEF },
            isStopped: { self.stop.withLock { $0 } },
            spoolFolder: temporaryFolder
        )
        return FeedClient(request)
    }
}

let temporaryFolder = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"

@Suite("Asking for pages")
struct FeedClientPageTests {
    static let shape = FeedShape(root: "RESULT", row: "ROW")
    static let good = "<RESULT CODE=\"0\"><ROW><K>1</K></ROW></RESULT>"
    static let broken = "<RESULT CODE=\"0\"><ROW><K>1</K></ROW><ROW><K>2</K><N>a & b</N></ROW></RESULT>"

    private func page(
        _ server: FaultServer,
        _ pull: Pull,
        _ change: (inout FeedLimits) -> Void = { _ in },
        check: (FeedPage) throws(AdapterError) -> Void = { _ in }
    ) throws -> FeedPage {
        try pull.client(change).page(
            shape: Self.shape,
            makeRequest: { FeedRequest(.get, server.base + "/api/x.xml?after=") },
            check: check
        )
    }

    private func code(_ body: () throws -> Void) -> AdapterError? {
        do { try body() } catch { return error as? AdapterError }
        return nil
    }

    @Test("every passing trouble is asked again, until the page is good")
    func transient() throws {
        let good = FaultServer.answer(Self.good)
        let server = try FaultServer([
            .reset([]), .reset(Array(good.dropLast(20))), .send(Array(good.dropLast(20))), .hang([]),
            .hang(Array(good.dropLast(20))), .send(Array("HTTP/1.1 200 OK\r\nContent-".utf8)),
            .drip(Array(good.dropLast(20))), .send(good),
        ])
        let pull = Pull()
        let page = try page(server, pull) { limits in
            limits.firstByteTimeout = 1000
            limits.stallTimeout = 1000
        }
        #expect(page.rowCount == 1)
        #expect(server.requests.count == 8)
        #expect(pull.waits.count == 7)
        #expect(pull.waits.allSatisfy { (500...60_000).contains($0) })
        #expect(try #require(server.requests.first).contains("Accept-Encoding: identity\r\n"))
    }

    @Test(
        "malformed, cut and empty answers are asked again",
        arguments: ["", "<RESULT><ROW>", "<RESULT></RESULT", "<OTHER/>", "x"]
    )
    func malformed(body: String) throws {
        let server = try FaultServer([.send(FaultServer.answer(body)), .send(FaultServer.answer(Self.good))])
        #expect(try page(server, Pull()).rowCount == 1)
    }

    @Test("Retry-After is obeyed, as seconds and as a date, up to its bound")
    func retryAfter() throws {
        let values = ["7", "Sun, 06 Nov 1994 08:49:47 GMT", "86400"]
        let server = try FaultServer(
            values.map { .send(FaultServer.answer("", status: "503 Busy", headers: ["Retry-After: \($0)"])) }
                + [.send(FaultServer.answer(Self.good))]
        )
        let pull = Pull()
        _ = try page(server, pull)
        #expect(pull.waits == [7000, 10_000, 600_000])
    }

    @Test("Retry-After may be a date in either of the old forms, and one that has passed waits no longer")
    func oldDates() throws {
        let values = ["Sunday, 06-Nov-94 08:49:47 GMT", "Sun Nov  6 08:49:57 1994", "Sat, 05 Nov 1994 08:49:37 GMT"]
        let server = try FaultServer(
            values.map { .send(FaultServer.answer("", status: "429 Slow", headers: ["Retry-After: \($0)"])) }
                + [.send(FaultServer.answer(Self.good))]
        )
        let pull = Pull()
        _ = try page(server, pull)
        #expect(pull.waits == [10_000, 20_000, 0])
    }

    @Test("the declaration wins over HTTP's charset, and a byte order mark over both")
    func charset() throws {
        let name: [UInt8] = [0xCB, 0xEB]  // 穗
        let declared =
            Array("<?xml version=\"1.0\" encoding=\"gb2312\"?><RESULT><ROW><K>".utf8) + name
            + Array("</K></ROW></RESULT>".utf8)
        let marked = Array(
            "\u{FEFF}<?xml version=\"1.0\" encoding=\"gb2312\"?><RESULT><ROW><K>穗</K></ROW></RESULT>".utf8
        )
        let plain = Array("<RESULT><ROW><K>穗</K></ROW></RESULT>".utf8)
        for (body, charset) in [
            (declared, "UTF-8"), (declared, "UTF-16"), (marked, "gb2312"), (marked, "GBK"), (plain, "GBK"),
            (plain, "utf-7"),
        ] {
            let type = "Content-Type: text/xml; charset=\(charset)"
            let server = try FaultServer([.send(FaultServer.answer(body, headers: [type]))])
            guard case .row(let row) = try page(server, Pull()).items.first else {
                Issue.record("no row, \(charset)")
                continue
            }
            #expect(row.fields.first?.text == "穗", "\(charset)")
        }
    }

    @Test("what will not get better is asked once", arguments: ["401 No", "404 Not Found", "400 Bad"])
    func refused(status: String) throws {
        let server = try FaultServer([.send(FaultServer.answer("", status: status))])
        let error = try #require(code { _ = try page(server, Pull()) })
        #expect(error.code == (status.hasPrefix("401") ? .unauthorised : .rejected))
        #expect(server.requests.count == 1)
    }

    @Test("a DTD, a foreign encoding and a redirect elsewhere are hostile, and never asked again")
    func hostile() throws {
        let answers = [
            FaultServer.answer("<!DOCTYPE RESULT [<!ENTITY a SYSTEM \"file:///etc/passwd\">]><RESULT>&a;</RESULT>"),
            FaultServer.answer("<?xml version=\"1.0\" encoding=\"UTF-16\"?><RESULT/>"),
            FaultServer.answer("", status: "302 Found", headers: ["Location: http://localhost:1/x"]),
            FaultServer.answer("", status: "302 Found", headers: ["Location: file:///etc/passwd"]),
        ]
        for answer in answers {
            let server = try FaultServer([.send(answer)])
            #expect(code { _ = try page(server, Pull()) }?.code == .hostile)
            #expect(server.requests.count == 1)
        }
    }

    @Test("an answer that is compressed though nobody asked for it is asked for again")
    func compressed() throws {
        let bytes: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0]
        let answer = FaultServer.Act.send(FaultServer.answer(bytes, headers: ["Content-Encoding: gzip"]))
        let good = FaultServer.answer(Self.good, headers: ["Content-Encoding: identity"])
        #expect(try page(FaultServer([answer, .send(good)]), Pull()).rowCount == 1)
        let again = try FaultServer([answer, answer, answer, answer, answer, answer, answer, answer])
        let error = code { _ = try page(again, Pull()) }
        #expect(error?.code == .malformed && error?.message.contains("compressed") == true)
    }

    @Test("redirects on the same host are followed, three at most")
    func redirects() throws {
        let away = FaultServer.Act.send(FaultServer.answer("", status: "302 Found", headers: ["Location: /other"]))
        let server = try FaultServer([away, away, away, .send(FaultServer.answer(Self.good))])
        #expect(try page(server, Pull()).rowCount == 1)
        #expect(try #require(server.requests.last).hasPrefix("GET /other HTTP/1.1\r\n"))
        let basic = try FaultServer([away, .send(FaultServer.answer(Self.good))])
        _ = try Pull().client().page(
            shape: Self.shape,
            makeRequest: { FeedRequest(.get, basic.base + "/api", user: "u", password: Secret("p")) },
            check: { _ in }
        )
        #expect(basic.requests.map { $0.prefix(11) } == ["GET /api HT", "GET /other "])
        #expect(basic.requests.allSatisfy { $0.contains("Authorization: Basic dTpw\r\n") })
        let loop = try FaultServer([away, away, away, away, .send(FaultServer.answer(Self.good))])
        let pull = Pull()
        #expect(try page(loop, pull).rowCount == 1)
        #expect(pull.waits.count == 1)
    }

    @Test("a broken row is asked for again, and delivered when its bytes come again")
    func brokenRow() throws {
        let server = try FaultServer([.send(FaultServer.answer(Self.broken)), .send(FaultServer.answer(Self.broken))])
        let result = try page(server, Pull())
        #expect(result.rowCount == 2)
        guard case .broken(let row) = result.items[1] else {
            Issue.record("not broken")
            return
        }
        #expect(row.rule == "malformed")
        #expect(row.scannedElement("K") == "2")
        let healed = try FaultServer([.send(FaultServer.answer(Self.broken)), .send(FaultServer.answer(Self.good))])
        #expect(try page(healed, Pull()).rowCount == 1)
    }

    @Test("HTML is asked again three times, then its title is told")
    func html() throws {
        let answer = FaultServer.Act.send(FaultServer.answer("<html><title>系统维护</title></html>"))
        let server = try FaultServer([answer, answer, answer, answer, answer])
        let error = try #require(code { _ = try page(server, Pull()) })
        #expect(error.code == .malformed)
        #expect(error.message.contains("系统维护"))
        #expect(server.requests.count == 4)
    }

    @Test("the title of an HTML page is read by the charset of the HTTP answer")
    func htmlCharset() throws {
        // 模 in GBK, which would be good UTF-8, too.
        let page = Array("<html><title>".utf8) + [0xC4, 0xA3] + Array("</title></html>".utf8)
        let answer = FaultServer.Act.send(
            FaultServer.answer(page, headers: ["Content-Type: text/html; charset=gb2312"])
        )
        let server = try FaultServer([answer, answer, answer, answer])
        let error = try #require(code { _ = try self.page(server, Pull()) })
        #expect(error.message.hasSuffix("模"))
    }

    @Test("what the agency says itself decides")
    func check() throws {
        let answers = [FaultServer.Act.send(FaultServer.answer(Self.good)), .send(FaultServer.answer(Self.good))]
        var isBusy = true
        let pull = Pull()
        _ = try page(
            FaultServer(answers),
            pull,
            check: { (_) throws(AdapterError) in
                defer { isBusy = false }
                if isBusy { throw AdapterError(.busy, "busy", retryAfter: 3000) }
            }
        )
        #expect(pull.waits == [3000])
        let server = try FaultServer(answers)
        let error = code {
            _ = try page(server, Pull(), check: { (_) throws(AdapterError) in throw AdapterError(.expired, "cursor") })
        }
        #expect(error?.code == .expired)
        #expect(server.requests.count == 1)
    }

    @Test("an endless answer is over the limit, and eight tries are the end")
    func bounds() throws {
        let body = "<RESULT>" + String(repeating: "<ROW/>", count: 50_000)
        let endless = FaultServer.Act.send(FaultServer.answer(body, length: 1 << 40))
        let server = try FaultServer([endless, endless, endless])
        #expect(code { _ = try page(server, Pull(), { $0.page = 100_000 }) }?.code == .limit)
        let pull = Pull()
        let nobody = try FaultServer([.send(FaultServer.answer(""))])
        #expect(code { _ = try page(nobody, pull) }?.isTransient == true)
        #expect(pull.waits.count == 7)
    }

    @Test("a stopped pull asks nothing")
    func stopped() throws {
        let pull = Pull()
        pull.stopNow()
        let server = try FaultServer([.send(FaultServer.answer(Self.good))])
        #expect(code { _ = try page(server, pull) }?.code == .stopped)
    }

    @Test("credentials go out by header and Basic; a line break in them is refused, and told without them")
    func credentials() throws {
        let server = try FaultServer([.send(FaultServer.answer(Self.good))])
        let client = try Pull().client()
        _ = try client.page(
            shape: Self.shape,
            makeRequest: {
                FeedRequest(
                    .post,
                    server.base + "/service",
                    headers: [("X-Access-Token", "t")],
                    user: "u",
                    password: Secret("p"),
                    body: Array("<q/>".utf8)
                )
            },
            check: { _ in }
        )
        let head = try #require(server.requests.first)
        #expect(head.hasPrefix("POST /service HTTP/1.1\r\n"))
        #expect(head.contains("X-Access-Token: t\r\n"))
        #expect(head.contains("Authorization: Basic dTpw\r\n"))
        for request in [
            FeedRequest(.get, server.base, headers: [("X-Access-Token", "secret\r\nX: y")]),
            FeedRequest(.get, "http://user:secret@127.0.0.1/"), FeedRequest(.get, "file:///etc/passwd"),
        ] {
            let error = code { _ = try client.page(shape: Self.shape, makeRequest: { request }, check: { _ in }) }
            #expect(error?.code == .configuration)
            #expect(error?.message.contains("secret") == false)
        }
    }

    @Test("request ids are version 4 and fresh")
    func uuid() throws {
        #expect(try Pull().client().uuid() == "01234567-89ab-4def-8123-456789abcdef")
    }
}

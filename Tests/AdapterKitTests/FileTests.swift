import AdapterKit
import CreditModel
import Glibc
import Testing
import XMLFeed

@Suite("Downloading and reading files")
struct FileTests {
    private let body = (0..<5000).flatMap { Array("line \($0)\n".utf8) }
    private let path = temporaryFolder + "/suixin-kit-test-\(UInt64.random(in: 0...UInt64.max))"

    private func part(from start: Int, etag: String) -> [UInt8] {
        FaultServer.answer(
            Array(body[start...]),
            status: "206 Partial Content",
            headers: ["ETag: \(etag)", "Content-Range: bytes \(start)-\(body.count - 1)/\(body.count)"]
        )
    }

    private func download(_ acts: [FaultServer.Act], limit: Int = 1 << 30, size: Int = 0) throws -> (
        size: Int, sha256: String, [String]
    ) {
        defer { unsafe _ = unlink(path) }
        let server = try FaultServer(acts)
        let found = try Pull().client().download(
            { FeedRequest(.get, server.base + "/f") },
            to: path,
            limit: limit,
            size: size
        )
        return (found.size, found.sha256, server.requests)
    }

    private func cut(_ count: Int, etag: String) -> FaultServer.Act {
        .send(FaultServer.answer(Array(body[..<count]), headers: ["ETag: \(etag)"], length: body.count))
    }

    @Test("a cut download resumes where it broke off, and has the same digest")
    func resume() throws {
        let whole = try download([.send(FaultServer.answer(body))])
        #expect(whole.size == body.count)
        let resumed = try download([cut(1000, etag: "\"a\""), .send(part(from: 1000, etag: "\"a\""))])
        #expect(resumed.sha256 == whole.sha256)
        #expect(resumed.2.last?.contains("Range: bytes=1000-\r\nIf-Range: \"a\"\r\n") == true)
    }

    @Test("a download cut off without a sign resumes too, and one that is as long as told is taken as it is")
    func silentCut() throws {
        let whole = try download([.send(FaultServer.answer(body))])
        let head = Array("HTTP/1.1 200 OK\r\nETag: \"a\"\r\nConnection: close\r\n\r\n".utf8)
        let resumed = try download(
            [.send(head + body[..<1000]), .send(part(from: 1000, etag: "\"a\""))],
            size: body.count
        )
        #expect(resumed.sha256 == whole.sha256 && resumed.2.count == 2)
        let short = try download([.send(FaultServer.answer(Array(body[..<1000])))], size: body.count)
        #expect(short.size == 1000 && short.2.count == 1)
    }

    @Test("a changed file, a weak ETag and a wrong range are read afresh")
    func changed() throws {
        let whole = try download([.send(FaultServer.answer(body))]).sha256
        let fresh = FaultServer.Act.send(FaultServer.answer(body, headers: ["ETag: \"b\""]))
        #expect(try download([cut(1000, etag: "\"a\""), fresh]).sha256 == whole)
        let weak = try download([cut(1000, etag: "W/\"a\""), fresh])
        #expect(weak.sha256 == whole)
        #expect(weak.2.last?.contains("Range:") == false)
        // The rest of another file, by a server that does not know If-Range.
        let rest = Array(repeating: UInt8(ascii: "x"), count: body.count - 1000)
        let foreign = FaultServer.answer(
            rest,
            status: "206 Partial Content",
            headers: ["ETag: \"b\"", "Content-Range: bytes 1000-\(body.count - 1)/\(body.count)"]
        )
        let other = try download([cut(1000, etag: "\"a\""), .send(foreign), fresh])
        #expect(other.sha256 == whole)
        #expect(other.2.count == 3 && other.2.last?.contains("Range:") == false)
        let wrong = [cut(1000, etag: "\"a\""), .send(part(from: 900, etag: "\"a\"")), fresh]
        #expect(try download(wrong).sha256 == whole)
    }

    @Test("a file over its limit is refused")
    func limit() throws {
        let act = FaultServer.Act.send(FaultServer.answer(body))
        #expect(throws: AdapterError.self) { _ = try download([act, act, act], limit: 1000) }
    }

    @Test("a spooled file gives its head first, then its rows; a broken one at once")
    func read() throws {
        defer { unsafe _ = unlink(path) }
        let text =
            "<数据文件 序号=\"7\"><包头><记录数>2</记录数></包头><包体><记录 记录号=\"1\"><名称>a & b</名称></记录><记录 记录号=\"2\"/></包体></数据文件>"
        let server = try FaultServer([.send(FaultServer.answer(text))])
        let client = try Pull().client()
        _ = try client.download({ FeedRequest(.get, server.base + "/f") }, to: path, limit: 1 << 20)
        var order: [String] = []
        let whole = try client.readFile(path, gzip: false, shape: FeedShape(root: "数据文件", row: "记录")) {
            (head) throws(AdapterError) in
            order.append("head \(head.attribute("序号") ?? "") \(head.text(at: "包头/记录数") ?? "")")
        } item: { (item) throws(AdapterError) in
            switch item {
            case .row(let row): order.append("row \(row.attributes.first?.text ?? "")")
            case .broken(let row): order.append("broken \(row.scannedAttribute("记录号") ?? "")")
            }
        }
        #expect(order == ["head 7 2", "broken 1", "row 2"])
        #expect(whole.root == "数据文件")
        #expect(throws: AdapterError.self) {
            _ = try client.readFile(
                path,
                gzip: true,
                shape: FeedShape(root: "数据文件", row: "记录"),
                head: { _ in },
                item: { _ in }
            )
        }
    }
}

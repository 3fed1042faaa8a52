internal import CreditModel
internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
internal import NIOCore
internal import NIOPosix

/// Hands each request to its agency, or to the control, and sends what comes back, faults included.
struct AgencyResponder: HTTPResponder {
    let desk: AgencyDesk
    let pool: NIOThreadPool

    func respond(to request: Request, context: AgencyContext) async throws -> Response {
        let buffer = try await request.body.collect(upTo: 1 << 20)
        var call = Self.call(request)
        call.body = Array(buffer.readableBytesView)
        guard let first = call.path.first else { return Self.response(.html(404, "404 Not Found")) }
        call.path.removeFirst()
        let desk = desk
        let asked = call
        let answer: AgencyAnswer
        do {
            answer = try await pool.runIfActive {
                if first == "control" { return try AgencyControl(desk: desk).answer(asked) }
                return try desk.change(AgencyID(rawValue: first)) { try $0.answer(asked) }
                    ?? .html(404, "404 Not Found")
            }
        } catch {
            return Self.response(.html(500, "500 Internal Server Error: \(Markup.escaped("\(error)"))"))
        }
        if answer.delay > 0 { try await Task.sleep(for: .seconds(answer.delay)) }
        let wire = AgencyWire(channel: context.channel) { desk.count($0, sentBy: AgencyID(rawValue: first)) }
        if let breaking = answer.breaking, breaking == .refused || breaking == .inHead { try await wire.end(breaking) }
        return Self.response(answer, wire)
    }

    private static func call(_ request: Request) -> AgencyCall {
        let target = request.head.path ?? "/"
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let path = parts[0].split(separator: "/").map { decoded($0) }
        var query: [String: String] = [:]
        for pair in parts.count > 1 ? parts[1].split(separator: "&") : [] {
            let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            query[decoded(sides[0])] = sides.count > 1 ? decoded(sides[1]) : ""
        }
        var headers: [String: String] = [:]
        for field in request.headers { headers[field.name.canonicalName] = field.value }
        return AgencyCall(
            method: request.head.method.rawValue,
            path: path,
            query: query,
            headers: headers,
            body: [],
            target: target
        )
    }

    private static func decoded(_ text: some StringProtocol) -> String { text.removingPercentEncoding ?? String(text) }

    private static func response(_ answer: AgencyAnswer, _ wire: AgencyWire? = nil) -> Response {
        var headers = HTTPFields()
        for header in answer.headers {
            guard let name = HTTPField.Name(header.name) else { continue }
            headers[name] = header.value
        }
        return Response(status: .init(code: answer.status), headers: headers, body: body(answer, wire))
    }

    private static func body(_ answer: AgencyAnswer, _ wire: AgencyWire?) -> ResponseBody {
        if answer.pace != .atOnce { return slow(bytes(of: answer.body), answer.pace, wire) }
        let breaking = answer.breaking
        switch answer.body {
        case .bytes(let bytes):
            guard let cut = breaking?.count else {
                wire?.count(bytes.count)
                return ResponseBody(byteBuffer: ByteBuffer(bytes: bytes))
            }
            return ResponseBody(contentLength: bytes.count + (cut >= bytes.count ? 1 : 0)) { writer in
                try await writer.write(ByteBuffer(bytes: bytes.prefix(cut)))
                wire?.count(min(cut, bytes.count))
                try await wire?.end(breaking)
            }
        case .file(let path, let range):
            return ResponseBody(contentLength: range.count) { writer in
                guard let handle = FileHandle(forReadingAtPath: path) else { throw AgencyWire.Broken() }
                defer { try? handle.close() }
                try handle.seek(toOffset: UInt64(range.lowerBound))
                var left = min(range.count, breaking?.count ?? .max)
                while left > 0, let piece = try handle.read(upToCount: min(left, 1 << 18)), !piece.isEmpty {
                    left -= piece.count
                    try await writer.write(ByteBuffer(bytes: piece))
                    wire?.count(piece.count)
                }
                try await wire?.end(breaking)
                try await writer.finish(nil)
            }
        }
    }

    private static func bytes(of body: AgencyAnswer.Body) -> [UInt8] {
        switch body {
        case .bytes(let bytes): return bytes
        case .file(let path, let range):
            let whole = (try? Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped)) ?? Data()
            return Array(whole.dropFirst(Int(range.lowerBound)).prefix(range.count))
        }
    }

    private static func slow(_ bytes: [UInt8], _ pace: AgencyAnswer.Pace, _ wire: AgencyWire?) -> ResponseBody {
        ResponseBody(contentLength: pace == .endless ? nil : bytes.count) { writer in
            switch pace {
            case .byteASecond:
                for byte in bytes {
                    try await writer.write(ByteBuffer(bytes: [byte]))
                    wire?.count(1)
                    try await Task.sleep(for: .seconds(1))
                }
            case .endless:
                // The root element stays open, so that no reader has seen the end.
                let open = bytes.prefix(bytes.count - min(bytes.count, 12))
                try await writer.write(ByteBuffer(bytes: open))
                wire?.count(open.count)
                let blanks = ByteBuffer(repeating: 0x20, count: 1 << 16)
                // Writing to a reader that went is no error at once.
                while wire?.channel.isActive == true {
                    try await writer.write(blanks)
                    wire?.count(blanks.readableBytes)
                }
            case .stall(let count, let seconds):
                try await writer.write(ByteBuffer(bytes: bytes.prefix(count)))
                wire?.count(min(count, bytes.count))
                try await Task.sleep(for: .seconds(seconds))
                try await writer.write(ByteBuffer(bytes: bytes.dropFirst(count)))
                wire?.count(max(0, bytes.count - count))
            case .atOnce: try await writer.write(ByteBuffer(bytes: bytes))
            }
            try await writer.finish(nil)
        }
    }
}

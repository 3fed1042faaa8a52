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

    /// A connection that breaks, as a fault asks for.
    private struct Reset: Error {}

    func respond(to request: Request, context: BasicRequestContext) async throws -> Response {
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
        return Self.response(answer)
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

    private static func response(_ answer: AgencyAnswer) -> Response {
        var headers = HTTPFields()
        for header in answer.headers {
            guard let name = HTTPField.Name(header.name) else { continue }
            headers[name] = header.value
        }
        return Response(status: .init(code: answer.status), headers: headers, body: body(answer))
    }

    private static func body(_ answer: AgencyAnswer) -> ResponseBody {
        if answer.pace != .atOnce { return slow(bytes(of: answer.body), answer.pace) }
        switch answer.body {
        case .bytes(let bytes):
            guard let cut = answer.cutAfter else { return ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)) }
            return ResponseBody(contentLength: bytes.count + (cut >= bytes.count ? 1 : 0)) { writer in
                try await writer.write(ByteBuffer(bytes: bytes.prefix(cut)))
                throw Reset()
            }
        case .file(let path, let range):
            let cut = answer.cutAfter
            return ResponseBody(contentLength: range.count) { writer in
                guard let handle = FileHandle(forReadingAtPath: path) else { throw Reset() }
                defer { try? handle.close() }
                try handle.seek(toOffset: UInt64(range.lowerBound))
                var left = min(range.count, cut ?? .max)
                while left > 0, let piece = try handle.read(upToCount: min(left, 1 << 18)), !piece.isEmpty {
                    left -= piece.count
                    try await writer.write(ByteBuffer(bytes: piece))
                }
                if cut != nil { throw Reset() }
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

    private static func slow(_ bytes: [UInt8], _ pace: AgencyAnswer.Pace) -> ResponseBody {
        ResponseBody(contentLength: pace == .endless ? nil : bytes.count) { writer in
            switch pace {
            case .byteASecond:
                for byte in bytes {
                    try await writer.write(ByteBuffer(bytes: [byte]))
                    try await Task.sleep(for: .seconds(1))
                }
            case .endless:
                // The root element stays open, so that no reader has seen the end.
                let open = bytes.prefix(bytes.count - min(bytes.count, 12))
                try await writer.write(ByteBuffer(bytes: open))
                let blanks = ByteBuffer(repeating: 0x20, count: 1 << 16)
                while true { try await writer.write(blanks) }
            case .stall(let count, let seconds):
                try await writer.write(ByteBuffer(bytes: bytes.prefix(count)))
                try await Task.sleep(for: .seconds(seconds))
                try await writer.write(ByteBuffer(bytes: bytes.dropFirst(count)))
            case .atOnce: try await writer.write(ByteBuffer(bytes: bytes))
            }
            try await writer.finish(nil)
        }
    }
}

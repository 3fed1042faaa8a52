import AdapterKit
import Crypto
import CreditModel
import FeedTransport

#if canImport(Glibc)
import Glibc
#endif

extension FuzzSurface {
    /// A stored position and the answers that come then, put to the adapter that the first byte chooses.
    ///
    /// Position and answers are parted by 0xFF, which no encoding of an agency has. See ``ScriptedCarrier`` for the answers.
    static let pull = FuzzSurface(
        name: "pull",
        title: "A position as it was stored, and an agency's answers to the pull that goes on from it",
        mostBytes: 8192,
        words: {
            let members = [
                "cursor", "seen", "done", "reread", "greatest", "unreadable", "last", "complete", "announcements",
            ]
            let quoted = (members + ["begin", "full", "files", "fromLowest", "lastUnreadable"]).map { "\"\($0)\":" }
            return quoted + [
                "{", "}", "true", "\"2018-01-01T00:00:00+08:00\"", "[[\"1\",\"a.xml\",\"00\"]]", "#S1", "#D1",
            ]
                + ["9223372036854775807", "\u{1}", "\u{2}", "\u{3}", "\u{4}"] + Dialect.words
        },
        seeds: PullCheck.seeds,
        run: { _ = try PullCheck($0).run() }
    )
}

/// One pull of one dataset.
struct PullCheck {
    private let dialect: Dialect
    private let position: Position?
    private let answers: [[UInt8]]

    init(_ bytes: [UInt8]) {
        var input = FuzzInput(bytes)
        dialect = input.choose(Dialect.all)
        let parts = input.rest.split(separator: 0xFF, omittingEmptySubsequences: false).map(Array.init)
        position = parts.first.flatMap { $0.isEmpty ? nil : Position(bytes: $0) }
        answers = Array(parts.dropFirst().prefix(8))
    }

    /// - Returns: how many records were handed over.
    func run() throws -> Int {
        let sink = CheckingSink(dialect)
        let error = pull(from: position, answers: answers, into: sink)
        if let violation = sink.violation { throw violation }
        if let error { try hold(!error.message.isEmpty, "an error that says nothing") }
        guard let last = sink.position else { return sink.records }
        // What was stored is read again tomorrow.
        let state = try? PositionState(last)
        try hold(
            state?.position == last,
            "a position does not read back: \(String(decoding: last.bytes, as: UTF8.self))"
        )
        let again = pull(from: last, answers: [], into: CheckingSink(dialect))
        try hold(
            again?.code == .stopped,
            "the pull does not go on from its own position: \(again?.description ?? "done")"
        )
        return sink.records
    }

    private func pull(from position: Position?, answers: [[UInt8]], into sink: CheckingSink) -> AdapterError? {
        let folder = SpoolFolder()
        var request = PullRequest(
            dataset: dialect.dataset,
            position: position,
            now: { 1_514_736_000 },
            sleep: { _ in },
            random: { 0 },
            isStopped: { false },
            spoolFolder: folder.path
        )
        request.makeCarrier = { ScriptedCarrier(answers) }
        do throws(AdapterError) {
            try dialect.instance.pull(request, into: sink)
            return nil
        } catch {
            return error
        }
    }

    // MARK: Seeds

    @Sendable static func seeds(_ samples: Samples) -> [FuzzSeed] {
        var seeds: [FuzzSeed] = []
        for dialect in Dialect.all {
            let agency = dialect.dataset.agency.description
            let choice = Dialect.choice(agency, dialect.dataset.name)
            for (index, document) in samples.documents(of: agency).enumerated() where document.dataset != "manifest.xml"
            {
                for (number, position) in positions.enumerated() {
                    let answers = answers(document.bytes, of: dialect)
                    let parts = [Array(position.utf8)] + answers
                    let bytes = [choice] + Array(parts.joined(separator: [0xFF]))
                    seeds.append(FuzzSeed(name: "\(agency)-\(dialect.dataset.name)-\(index)-\(number)", bytes: bytes))
                }
            }
        }
        return seeds
    }

    private static let positions = [
        "", #"{"cursor":"MDA","done":true,"seen":"2016-03-01T09:31:00+08:00"}"#,
        #"{"last":"2014-10-08T09:30:00+08:00","announcements":{"天河":"2014-09-30"}}"#,
        #"{"begin":41,"full":41,"files":[["41","a.xml","00"]],"fromLowest":true}"#,
    ]

    /// What an agency would say around a document of its: a busy answer first, for 质监 the manifest.
    private static func answers(_ document: [UInt8], of dialect: Dialect) -> [[UInt8]] {
        switch dialect.dataset.agency {
        case .quality:
            let manifest = """
                <清单 生成时间="2014-09-22T02:00:00+08:00"><数据包 文件名="a.xml" 数据集="\(dialect.dataset.name)" 序号="42" 模式="增量" \
                记录数="2" 字节数="#S1" SHA256="#D1"/></清单>
                """
            return [Array(manifest.utf8), document]
        case .statetax:
            let sequence = "00000000-0000-4000-8000-000000000000"
            return [Array(String(decoding: document, as: UTF8.self).replacing("{tran_seq}", with: sequence).utf8)]
        default: return [[1], document]
        }
    }
}

/// Takes batches and looks at what they hold.
private final class CheckingSink: PullSink {
    private let dialect: Dialect
    private(set) var position: Position?
    private(set) var records = 0
    private(set) var violation: FuzzViolation?

    init(_ dialect: Dialect) { self.dialect = dialect }

    func take(_ batch: PullBatch) throws(AdapterError) {
        do throws(FuzzViolation) {
            try hold(batch.dataset == dialect.dataset, "a batch of another dataset")
            records += batch.records.count
            for record in batch.records { try RecordCheck.check(record, by: dialect) }
            for fault in batch.faults {
                try hold(fault.original.count <= FeedLimits().kept, "a fault keeps \(fault.original.count) bytes")
                try hold(!fault.rule.isEmpty && !fault.message.isEmpty, "a fault that names no rule")
            }
        } catch {
            violation = error
            throw AdapterError(.stopped, "What must hold does not.")
        }
        if let position = batch.position { self.position = position }
    }
}

/// Answers in an agency's place, one answer a request, and stops the pull after the last.
///
/// An answer's first byte may be a control character: 1 is HTTP 500, 2 is 404, 3 is 429, 4 cuts the connection after the
/// rest; any other byte belongs to a good answer. `#S1` and `#D1` stand for size and digest of the next answer.
private final class ScriptedCarrier: Carrier {
    private var answers: [[UInt8]]

    init(_ answers: [[UInt8]]) { self.answers = answers.reversed() }

    func perform(
        _ request: TransportRequest,
        limits: TransportLimits,
        isStopped: @escaping () -> Bool,
        receive: @escaping BodyReceiver
    ) throws(TransportError) -> TransportResponse {
        guard var body = answers.popLast() else { throw TransportError(.stopped, "nothing more is said") }
        var response = TransportResponse()
        let mark = body.first ?? 0
        if 1...4 ~= mark { body.removeFirst() }
        response.status = [1: 500, 2: 404, 3: 429][mark] ?? 200
        guard body.count <= limits.size else { throw TransportError(.limit, "too large") }
        body = filled(body)
        let goesOn = unsafe body.withUnsafeBytes { unsafe receive(response, $0) }
        guard goesOn else { throw TransportError(.stopped, "the receiver wanted no more") }
        if mark == 4 { throw TransportError(.unreachable, "cut") }
        return response
    }

    /// Size and digest of the file that follows a manifest, which no mutation could guess.
    private func filled(_ body: [UInt8]) -> [UInt8] {
        guard let next = answers.last, let text = String(validating: body, as: UTF8.self), text.contains("#") else {
            return body
        }
        let digest = SHA256.hash(data: next).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        return Array(text.replacing("#S1", with: "\(next.count)").replacing("#D1", with: digest).utf8)
    }
}

/// A folder for one pull's files.
private final class SpoolFolder {
    let path: String

    init() {
        let place = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"
        var template = Array("\(place)/suixin-fuzz-XXXXXX".utf8CString)
        path = unsafe template.withUnsafeMutableBufferPointer { buffer in
            guard let made = unsafe buffer.baseAddress.flatMap({ unsafe mkdtemp($0) }) else { return "/dev/null" }
            return unsafe String(cString: made)
        }
    }

    deinit { _ = unsafe rmdir(path) }
}

internal import Access
internal import CanonicalJSON
internal import CreditModel
internal import CreditStore
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore

/// Many enterprises in one request, answered line by line as they are read.
struct Batch: Sendable {
    /// How many may be asked for at once.
    static let limit = 1000
    /// How many are read before anything is written.
    private static let pace = 50

    let library: ExchangeLibrary
    let inquiry: Inquiry
    let admission: Admission
    let names: [String]

    /// Reads the request's body.
    /// - Throws: ``Problem`` for any other body, and where the client's limits are used up.
    init(_ library: ExchangeLibrary, _ inquiry: Inquiry) throws {
        guard let admission = inquiry.admission else { throw Problem.failure }
        self.library = library
        self.inquiry = inquiry
        self.admission = admission
        guard case .object(let members)? = try? JSONValue(parsing: inquiry.body), members.count == 1,
            case .array(let ids)? = members["ids"], 1...Self.limit ~= ids.count
        else { throw Self.badBody }
        names = ids.compactMap(\.string)
        guard names.count == ids.count else { throw Self.badBody }
        try admission.charge(for: names.count, at: inquiry.moment)
    }

    private static let badBody = Problem.body(
        "{\"ids\": […]} with 1 to \(limit) ids or codes",
        "{\"ids\": […]}，含 1 至 \(limit) 个编号或代码"
    )

    /// One line for each name, in order; each journaled as a query of its own before it is written.
    var body: ResponseBody {
        ResponseBody { [self] writer in
            var next = 0
            while next < names.count {
                let range = next..<min(next + Self.pace, names.count)
                let lines = try await library.reading { try range.map { try line($0) } }
                for (line, record) in lines {
                    guard library.gate.journal.append(record, at: library.gate.clock()) == .open else {
                        // What is not recorded is not told; a body that ends early is seen by its count of lines.
                        try await writer.write(ByteBuffer(bytes: problem(.unjournaled, at: next) + [0x0A]))
                        return try await writer.finish(nil)
                    }
                    try await writer.write(ByteBuffer(bytes: line + [0x0A]))
                }
                next = range.upperBound
            }
            try await writer.finish(nil)
        }
    }

    private func line(_ place: Int) throws -> (line: [UInt8], record: JournalRecord) {
        let id = QueryID(at: inquiry.moment, random: library.gate.random)
        let sections = admission.permission.sections
        var entry = QueryEntry(id: id, caller: admission.caller, endpoint: "batch", status: 200)
        entry.sections = sections
        entry.purpose = admission.permission.purpose
        var members: [String: JSONValue] = ["index": .integer(Int64(place)), "query": .string(id.text)]
        do {
            let answer = try library.profile(named: names[place])
            let profile = answer.profile
            entry.asked = [.enterprise(profile.id)]
            members["id"] = .string(profile.id.text)
            members["version"] = .string(profile.version)
            if let proof = answer.proof {
                members["status"] = .string(proof.status)
                members["proof"] = proof.json
            }
            let excerpt = try sections.map { try library.excerpt(of: profile, showing: $0, at: inquiry.now) }
            members["document"] = try JSONValue(parsing: excerpt ?? profile.document)
            guard excerpt == nil else {
                let record = JournalRecord(entry, keeping: excerpt ?? [], version: profile.version, form: .flattened)
                return (JSONValue.object(members).canonical, record)
            }
            entry.answer = .stored(StoredAnswer(profile, form: .flattened))
            entry.digest = Digest256(of: profile.document)
            return (JSONValue.object(members).canonical, JournalRecord(entry))
        } catch let problem as Problem {
            entry.status = problem.status.code
            entry.asked = [.unknown(names[place], secret: library.gate.secret)]
            let document = problem.document(in: inquiry.language, instance: id.text)
            members["problem"] = try JSONValue(parsing: document)
            if let proof = problem.headers[.suixinProof] { members["proof"] = .string(proof) }
            if let status = problem.headers[.suixinStatus] { members["status"] = .string(status) }
            let record =
                problem.members["absence"] == nil
                ? JournalRecord(entry) : JournalRecord(entry, keeping: document, form: .plain)
            return (JSONValue.object(members).canonical, record)
        }
    }

    private func problem(_ problem: Problem, at place: Int) -> [UInt8] {
        let document = problem.document(in: inquiry.language, instance: inquiry.id.text)
        let value = (try? JSONValue(parsing: document)) ?? .null
        return JSONValue.object(["index": .integer(Int64(place)), "problem": value]).canonical
    }
}

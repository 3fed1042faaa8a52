internal import AdapterKit
internal import CreditModel

/// What costs the whole answer, and what costs the run.
extension AdapterContract {
    private struct Change: Sendable {
        var name: String
        var code: AdapterError.Code
        var make: @Sendable ([UInt8]) -> [UInt8]
    }

    private static let changes: [Change] = [
        Change(name: "cut in half", code: .malformed) { Array($0.prefix($0.count / 2)) },
        Change(name: "cut before its last tag", code: .malformed) { Array($0.prefix($0.lastIndex(of: 0x3C) ?? 0)) },
        Change(name: "empty", code: .malformed) { _ in [] },
        Change(name: "a page for people", code: .malformed) { _ in
            Array("<html><head><title>Closed</title></head><body>Closed</body></html>".utf8)
        },
        Change(name: "with a DTD", code: .hostile) { prologue($0, "<!DOCTYPE x [<!ENTITY a \"b\">]>") },
        Change(name: "in UTF-16 by its declaration", code: .hostile) { encoding($0, "UTF-16") },
        Change(name: "in UTF-7 by its declaration", code: .hostile) { encoding($0, "UTF-7") },
        Change(name: "in UTF-16", code: .hostile) { [0xFF, 0xFE] + $0.flatMap { [$0, 0] } },
    ]

    /// Puts something after the declaration.
    private static func prologue(_ bytes: [UInt8], _ text: String) -> [UInt8] {
        guard let end = bytes.firstRange(of: Array("?>".utf8))?.upperBound else { return Array(text.utf8) + bytes }
        return Array(bytes[..<end]) + Array(text.utf8) + Array(bytes[end...])
    }

    private static func encoding(_ bytes: [UInt8], _ name: String) -> [UInt8] {
        // A byte order mark would win.
        let bytes = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
        guard let start = bytes.firstRange(of: Array("encoding=\"".utf8))?.upperBound,
            let end = bytes[start...].firstIndex(of: 0x22)
        else { return Array("<?xml version=\"1.0\" encoding=\"\(name)\"?>".utf8) + bytes }
        return Array(bytes[..<start]) + Array(name.utf8) + Array(bytes[end...])
    }

    func hostileDocument() async throws -> [String] {
        let whole = try await undisturbed()
        var complaints: [String] = []
        let rows = try feed.rows(of: whole.records)
        for document in Set(rows.map(\.document)).sorted() {
            let inIt = rows.filter { $0.document == document }.map { Self.text($0.record) }
            for change in Self.changes {
                let sink = MemorySink()
                let error = try await pulling(agency(feed.changing(document, change.make)), into: sink)
                complaints += refused(sink, error, [change.code], butNot: inIt, "\(document), \(change.name)")
            }
            var limits = patientLimits
            limits.page = try feed.plain(document).count - 1
            limits.file = limits.page
            let sink = MemorySink()
            let error = try await pulling(agency(feed), into: sink, limits: limits)
            complaints += refused(sink, error, [.limit], butNot: inIt, "\(document), over its limit")
        }
        return complaints
    }

    /// A source of one document ends with an error; one of many may go on without the one, and says so.
    private func refused(
        _ sink: MemorySink,
        _ error: AdapterError?,
        _ codes: [AdapterError.Code],
        butNot rows: [String],
        _ what: String
    ) -> [String] {
        let taken = Set(Self.texts(sink.records)).intersection(rows)
        var complaints = unless(taken.isEmpty, "\(what): taken were \(taken)")
        complaints += unless(sink.faults.isEmpty, "\(what): quarantined were \(sink.faults.map(\.rule))")
        if let error {
            complaints += unless(codes.contains(error.code), "\(what): \(error)")
            complaints += unless(!error.message.isEmpty, "\(what): no words")
        } else {
            complaints += unless(!sink.refusals.isEmpty, "\(what): nothing was refused")
            complaints += unless(sink.progress?.incomplete.isEmpty == false, "\(what): counts as complete")
        }
        return complaints
    }

    func refusals() async throws -> [String] {
        let cases: [(ScriptedAgency.Reply, AdapterError.Code)] = [
            (ScriptedAgency.Reply(401), .unauthorised), (ScriptedAgency.Reply(403), .unauthorised),
            (ScriptedAgency.Reply(404), .rejected), (ScriptedAgency.Reply(400), .rejected),
            (ScriptedAgency.Reply(302, headers: [("Location", "http://localhost:1/x")]), .hostile),
            (ScriptedAgency.Reply(302, headers: [("Location", "file:///etc/passwd")]), .hostile),
        ]
        var complaints: [String] = []
        for (reply, code) in cases {
            let agency = try await ScriptedAgency(pieces: nil) { _ in reply }
            let sink = MemorySink()
            let error = try await pulling(agency, into: sink)
            complaints += unless(error?.code == code, "\(reply.status): \(String(describing: error))")
            complaints += unless(agency.requests == 1, "\(reply.status): asked \(agency.requests) times")
            complaints += unless(sink.records.isEmpty && sink.position == nil, "\(reply.status): something was taken")
            complaints += secrecy("\(error?.message ?? "") \(String(describing: error))")
        }
        return complaints
    }

    private func secrecy(_ text: String) -> [String] {
        unless(!Self.secrets.contains { text.contains($0) }, "a secret is told: \(text)")
    }

    func configuration() throws -> [String] {
        let agency = feed.dataset.agency
        var complaints: [String] = []
        func failure(_ configuration: SourceConfiguration) -> AdapterError? {
            do throws(AdapterError) { _ = try feed.adapter.init(configuration) } catch { return error }
            return nil
        }
        let whole = SourceConfiguration(
            agency: agency,
            baseURL: "http://127.0.0.1:1",
            token: Secret(Self.secrets[0]),
            user: "u",
            password: Secret(Self.secrets[1])
        )
        complaints += unless(failure(whole) == nil, "a whole configuration is refused")
        var nowhere = whole
        nowhere.baseURL = ""
        let error = failure(nowhere)
        complaints += unless(
            error?.code == .configuration && error?.message.contains("sources.\(agency).baseURL") == true,
            "without an address: \(String(describing: error))"
        )
        let bare = failure(SourceConfiguration(agency: agency, baseURL: "http://127.0.0.1:1"))
        complaints += unless(
            bare?.code == .configuration && bare?.message.contains("sources.\(agency).") == true,
            "without credentials: \(String(describing: bare))"
        )
        return complaints + secrecy("\(String(describing: error)) \(whole)")
    }

    func descriptor() -> [String] {
        let descriptor = feed.adapter.descriptor
        let names = descriptor.datasets.map { $0.id.name }
        var complaints = unless(Set(names).count == names.count && !names.isEmpty, "datasets: \(names)")
        complaints += unless(names.contains(feed.dataset.name), "\(feed.dataset) is none of its datasets")
        complaints += unless(
            descriptor.datasets.allSatisfy { $0.id.agency == descriptor.id },
            "datasets of another agency"
        )
        complaints += unless(
            !descriptor.title.isEmpty && !descriptor.englishTitle.isEmpty
                && descriptor.datasets.allSatisfy { !$0.title.isEmpty && !$0.englishTitle.isEmpty && !$0.roles.isEmpty },
            "a title is missing"
        )
        let schema = String(decoding: descriptor.schema, as: UTF8.self)
        for name in names { complaints += unless(schema.contains(name), "its schema lacks \(name)") }
        return complaints
    }
}

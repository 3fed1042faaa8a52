internal import AdapterKit
internal import CreditModel
internal import XMLFeed

/// One bad row never holds up an agency.
extension AdapterContract {
    /// Where in a row its last value stands: far from the key.
    private static func place(in row: ArraySlice<UInt8>) -> Int {
        let ends = row.indices.filter { row[$0] == 0x3C && row.index(after: $0) < row.endIndex && row[$0 + 1] == 0x2F }
        // In the last element, unless that may be the key; of a row of attributes, in the last of them.
        if ends.count > 2 { return ends[ends.count - 2] }
        if let end = ends.last { return end }
        return row.lastIndex(of: 0x3D).map { $0 + 2 } ?? row.startIndex
    }

    /// Puts bytes into one row after the other; returns the sample, the row's record and the document.
    private func spoilt(_ bytes: [UInt8], _ records: [SourceRecord]) throws
        -> [(feed: SampleFeed, record: SourceRecord, document: String)]
    {
        try feed.rows(of: records).map { name, row, record in
            let feed = try feed.changing(name) { document in
                var document = document
                document.insert(contentsOf: bytes, at: Self.place(in: document[row]))
                return document
            }
            return (feed, record, name)
        }
    }

    private func quarantined(_ bytes: [UInt8], _ rule: String) async throws -> [String] {
        let whole = MemorySink()
        let good = try await agency(feed)
        if let error = try await pulling(good, into: whole) { return ["\(error)"] }
        var complaints: [String] = []
        for (changed, record, document) in try spoilt(bytes, whole.records) {
            let sink = MemorySink()
            let agency = try await agency(changed)
            if let error = try await pulling(agency, into: sink) {
                complaints.append("\(record.key) broken: \(error)")
                continue
            }
            // What may yet come whole is asked for a second time; what a digest vouches for may not.
            let looks = changed.isListed(document) ? 0 : 1
            complaints += unless(
                agency.requests == good.requests + looks,
                "\(record.key) broken: asked \(agency.requests) times"
            )
            complaints += unless(
                sink.faults.map(\.rule) == [rule] && sink.faults.first?.key == record.key,
                "\(record.key) broken: \(sink.faults.map { "\($0.rule) of \(String(describing: $0.key)): \($0.message)" })"
            )
            let fault = sink.faults.first
            complaints += unless(
                fault?.place == record.place,
                "\(record.key) broken: it stood at \(String(describing: fault))"
            )
            complaints += unless(fault?.modified == record.modified, "\(record.key) broken: its time is not told")
            complaints += unless(
                fault?.original.firstRange(of: bytes) != nil
                    && fault?.original.starts(with: record.original.prefix(8)) == true,
                "\(record.key) broken: its bytes are not kept"
            )
            let others = whole.records.filter { $0.place != record.place }
            complaints += unless(
                Self.texts(sink.records) == Self.texts(others),
                "\(record.key) broken: taken were \(Self.texts(sink.records))"
            )
            complaints += unless(sink.position != nil, "\(record.key) broken: there is no position")
        }
        return complaints
    }

    func brokenRow() async throws -> [String] { try await quarantined(Array(" & ".utf8), "malformed") }

    func strangeElement() async throws -> [String] {
        let whole = try await undisturbed()
        var complaints: [String] = []
        for (name, row, record) in try feed.rows(of: whole.records) {
            let changed = try feed.changing(name) { document in
                var document = document
                document.insert(contentsOf: Array("<NEU SUM='1'>1<SUB/></NEU><!-- < -->".utf8), at: row.endIndex)
                return document
            }
            complaints += try await taken(agency(changed), as: whole, "\(record.key) before a strange element") {
                sink in
                unless(
                    sink.events.contains {
                        if case .drift("element", let name, _) = $0 {
                            name == "NEU" || name.hasSuffix("/NEU")
                        } else {
                            false
                        }
                    },
                    "\(record.key) before a strange element: it is not reported"
                )
            }
        }
        return complaints
    }

    func undecodableRow() async throws -> [String] { try await quarantined([0xFF], "encoding") }

    func passingTrouble() async throws -> [String] {
        let whole = try await undisturbed()
        var complaints: [String] = []
        for (changed, record, document) in try spoilt(Array(" & ".utf8), whole.records) where !feed.isListed(document) {
            let feed = feed
            let agency = try await ScriptedAgency { question in
                question.number == 0 ? changed.answer(question) : feed.answer(question)
            }
            complaints += try await taken(agency, as: whole, "\(record.key) broken once")
        }
        let feed = feed
        let busy = try await ScriptedAgency(pieces: nil) { question in
            if question.number < 2 { return ScriptedAgency.Reply(503, headers: [("Retry-After", "1")]) }
            return feed.answer(question).map { ScriptedAgency.Reply(body: $0) } ?? ScriptedAgency.Reply(404)
        }
        return complaints + (try await taken(busy, as: whole, "busy twice"))
    }

    private func taken(
        _ agency: ScriptedAgency,
        as whole: MemorySink,
        _ when: String,
        besides: (MemorySink) -> [String] = { _ in [] }
    ) async throws -> [String] {
        let sink = MemorySink()
        let error = try await pulling(agency, into: sink)
        return besides(sink)
            + unless(
                error == nil && sink.faults.isEmpty && Self.texts(sink.records) == Self.texts(whole.records),
                "\(when): \(String(describing: error)) \(sink.faults) \(Self.texts(sink.records))"
            )
    }

    func oversizedRow() async throws -> [String] {
        let whole = try await undisturbed()
        let longest = whole.records.map(\.original.count).max() ?? 0
        var limits = patientLimits
        limits.row = longest - 1
        limits.kept = 40
        let sink = MemorySink()
        let error = try await pulling(agency(feed), into: sink, limits: limits)
        let small = whole.records.filter { $0.original.count < longest }
        return unless(error == nil, "\(String(describing: error))")
            + unless(
                !sink.faults.isEmpty
                    && sink.faults.allSatisfy { $0.rule == "row-too-large" && $0.original.count <= 40 },
                "\(sink.faults.map { "\($0.rule) \($0.original.count)" })"
            )
            + unless(Self.texts(sink.records) == Self.texts(small), "taken were \(Self.texts(sink.records))")
    }
}

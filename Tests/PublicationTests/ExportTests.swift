import CanonicalJSON
import CreditModel
import CreditStore
import Foundation
import Publication
import Signing
import Testing

@Suite("An export is whole, and says of when it is")
struct ExportTests {
    private func export(_ count: Int) throws -> World {
        let world = try World()
        for number in 1...count { try world.put("P\(number)", name: "第\(number)号有限公司") }
        try world.publisher.signProfiles(at: World.now)
        let exporter = Exporter(store: world.store, publisher: world.publisher, keys: world.keys)
        let report = try exporter.export(to: .init(path: world.path("export.ndjson")), at: World.now)
        #expect(report.profiles == count)
        #expect(report.position == report.positionAtEnd)
        return world
    }

    @Test("Every line is a signed profile, in the order of ids, and the manifest vouches for all of them")
    func whole() throws {
        let world = try export(1203)
        let lines = try world.contents("export.ndjson").split(separator: 0x0A)
        #expect(lines.count == 1203)
        var last = ""
        for line in lines {
            let subject = try #require(world.verifier().verify(Array(line)).facts["enterprise"])
            #expect(subject > last)
            last = subject
        }
        let result = try world.verifier().verify(file: world.path("export.ndjson"))
        #expect(result.verdict == .genuineNotCurrent)
        #expect(result.facts["profiles"] == "1203")
        #expect(result.proves.count == 2)
        let manifest = world.verifier().verify(try world.contents("export.ndjson.manifest.json"))
        #expect(manifest.kind == "manifest")
        #expect(manifest.facts["digest"] == result.facts["digest"])
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: world.folder).filter { $0.hasSuffix(".part") }.isEmpty
        )
    }

    @Test(
        "A line that is missing, doubled, changed or swapped is found",
        arguments: ["missing", "doubled", "changed", "swapped"]
    )
    func touched(_ how: String) throws {
        let world = try export(20)
        var lines = try world.contents("export.ndjson").split(separator: 0x0A).map(Array.init)
        switch how {
        case "missing": lines.remove(at: 7)
        case "doubled": lines.insert(lines[7], at: 8)
        case "changed": lines[7][100] ^= 1
        default: lines.swapAt(7, 8)
        }
        let path = try world.write(lines.flatMap { $0 + [0x0A] }, "export.ndjson")
        let result = try world.verifier().verify(file: path)
        #expect(result.verdict == .notGenuine)
        if how == "changed" { #expect(result.proves.isEmpty, "nothing is proved of lines that were not all good") }
        #expect(!result.problems.isEmpty)
    }

    @Test("Without its manifest an export is genuine line by line, and not said to be whole")
    func withoutManifest() throws {
        let world = try export(5)
        let path = try world.write(world.contents("export.ndjson"), "copy.ndjson")
        let result = try world.verifier().verify(file: path)
        #expect(result.verdict == .genuineNotCurrent)
        #expect(result.doesNotProve.contains { $0.contains("missing") })
    }

    @Test("The rest of a long list goes to a file of its own, under the digest that the profile names")
    func annexes() throws {
        let world = try World()
        let rest = Annex(digest: "sx0123456789abcdefghjk", bytes: Array(#"[{"no":1}]"#.utf8))
        let id = try world.put(
            "P1",
            name: "长",
            extra: #","shops":{"count":9,"newest":[],"rest":{"digest":"\#(rest.digest)"}}"#,
            annexes: [rest]
        )
        try world.publisher.signProfiles(at: World.now)
        let exporter = Exporter(store: world.store, publisher: world.publisher, keys: world.keys)
        let report = try exporter.export(to: .init(path: world.path("e")), at: World.now)
        #expect(report.annexes == 1)
        #expect(
            text(try world.contents("e.annexes.ndjson"))
                == #"{"annex":[{"no":1}],"digest":"\#(rest.digest)","sub":"\#(id)"}"# + "\n"
        )
    }

    @Test("While something waits, an export speaks of the last status, and keeps the annexes of what it shows")
    func behind() throws {
        let world = try World()
        func put(_ name: String, _ rest: Annex) throws {
            let extra = #","shops":{"count":9,"newest":[],"rest":{"digest":"\#(rest.digest)"}}"#
            try world.put("P1", name: name, extra: extra, annexes: [rest])
        }
        let first = Annex(digest: "sx0123456789abcdefghjk", bytes: Array(#"[{"no":1}]"#.utf8))
        try put("旧", first)
        try world.finish()
        let exporter = Exporter(store: world.store, publisher: world.publisher, keys: world.keys)
        #expect(throws: PublicationError.unfinished(waiting: 1)) {
            try exporter.export(to: .init(path: world.path("e")), at: World.now)
        }
        try world.publisher.signProfiles(at: World.now)
        let status = try world.publisher.publishStatus(at: World.now, day: World.day)
        // Derived, not signed; and a source that looks fresher than what is served.
        try put("新", Annex(digest: "sx0123456789abcdefghjm", bytes: Array(#"[{"no":2}]"#.utf8)))
        try world.finish(at: World.now + 60)
        let report = try exporter.export(to: .init(path: world.path("e")), at: World.now + 60)
        #expect(report.isBehind && report.position == status.position && report.positionAtEnd > report.position)
        let manifest = try SignedDocument(parsing: world.contents("e.manifest.json"))
        let payload = try JSONValue(parsing: world.keys.verify(manifest).payload)
        let told = try JSONValue(parsing: world.keys.verify(SignedDocument(parsing: status.document)).payload)
        #expect(payload["position"] == told["position"] && payload["sources"] == told["sources"])
        #expect(payload["sourcesAt"] == told["iat"])
        #expect(text(try world.contents("e.annexes.ndjson")).contains(first.digest))
        try world.publisher.signProfiles(at: World.now + 60)
        #expect(try !exporter.export(to: .init(path: world.path("e")), at: World.now + 60).isBehind)
    }

    @Test("The operator's variant shows the agencies' real keys, in a file that only its owner may read")
    func truth() throws {
        let world = try World()
        let id = try world.put("P|1", name: "广州甲有限公司", codes: ["914401000000000000"], restrictedKey: true)
        let path = world.path("truth.ndjson")
        #expect(try TruthExporter(store: world.store).export(to: path) == 1)
        #expect(
            text(try world.contents("truth.ndjson"))
                == [
                    #"{"enterprise":"\#(id)","names":[{"from":null,"name":"广州甲有限公司","to":null}],"org":[],"#,
                    #""records":[{"agency":"hongdun","dataset":"registration","key":"P\\|1","role":"subject"}],"#,
                    #""regno":[],"tax":[],"uscc":["914401000000000000"]}"#, "\n",
                ].joined()
        )
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
    }

    @Test("Records in no profile are listed with the reason, each page of them")
    func unsettled() throws {
        let world = try World()
        try world.put("P1", name: "在册")
        for number in 1...501 { try world.commit("U\(number)", name: "未定") }
        let code = Code(.org, "D2143569X")
        try world.commit("T1", name: "测试", isTest: true)
        try world.commit("H1", name: "扣留")
        let inspection = RecordReference(dataset: DatasetID(.quality, "JDCC"), key: RecordKey(["R|1"]), role: .seller)
        let held = HeldRecord(record: inspection, reason: .severalHolders([code]))
        try world.commit("R|1", name: "被抽样", in: inspection.dataset, role: .seller)
        let waiting = try world.store.nextComponents(limit: 1000, on: World.day)
        let component = try #require(waiting.first { $0.records.first?.dataset == inspection.dataset })
        let single = try #require(waiting.first { $0.records.first?.key == RecordKey(["H1"]) })
        let record = RecordReference(dataset: World.registration, key: RecordKey(["H1"]), role: .subject)
        try world.store.store([
            Derivation(
                token: component.token,
                outcome: IdentityOutcome(enterprises: [], held: [held], undecided: []),
                profiles: []
            ),
            Derivation(
                token: single.token,
                outcome: IdentityOutcome(
                    enterprises: [],
                    held: [HeldRecord(record: record, reason: .severalHolders([code]))],
                    undecided: []
                ),
                profiles: []
            ),
        ])
        let entry = QuarantineEntry(
            id: 1,
            dataset: World.taxpayers,
            place: RowPlace(document: "p", row: 1, line: 1),
            key: RecordKey(["N1"]),
            rule: "r",
            message: "m",
            original: [],
            firstSeen: 0
        )
        _ = try world.store.commit(
            StoreBatch(dataset: World.taxpayers, run: "r", receivedAt: World.now, quarantined: [entry])
        )
        let path = world.path("unsettled.ndjson")
        #expect(try UnsettledExporter(store: world.store).export(to: path) == 506)
        let lines = text(try world.contents("unsettled.ndjson")).split(separator: "\n")
        #expect(lines.first == #"{"agency":"statetax","dataset":"NSRXX","key":"N1","state":"quarantined"}"#)
        #expect(lines.contains(#"{"agency":"quality","dataset":"JDCC","key":"R\\|1","role":"seller","state":"held"}"#))
        #expect(lines.count { $0.contains(#""key":"H1""#) } == 1, "what is held in all its roles is not undecided, too")
        #expect(lines.count { $0.contains(#""state":"undecided""#) && $0.contains(#""key":"U"#) } == 501)
        #expect(lines.filter { $0.contains(#""key":"T1""#) }.map { $0.contains(#""state":"test""#) } == [true])
        #expect(!lines.contains { $0.contains(#""key":"P1""#) })
    }
}

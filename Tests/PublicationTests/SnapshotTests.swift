import CanonicalJSON
import Compression
import CreditModel
import CreditStore
import Crypto
import Foundation
import HashTree
import Publication
import ServiceKit
import Signing
import Testing

/// A world with snapshots.
struct Studio: @unchecked Sendable {
    // Used by one thread at a time: the test's own before, the body's while the server runs.
    static let code = "91440101MA5AK9RM4X"
    let world: World
    var folder: SnapshotFolder { SnapshotFolder(path: world.path("snapshots")) }

    init(_ count: Int = 40) throws {
        world = try World()
        for number in 2...count { try world.put("P\(number)", name: "企业\(number)") }
        try world.put("P1", name: "企业一", codes: [Self.code], aliases: [World.id("P0")])
        try publish()
    }

    func publish(at time: Int64 = World.now) throws {
        try world.publisher.signProfiles(at: time)
        try world.publisher.publishStatus(at: time, day: World.day)
    }

    @discardableResult
    func make(
        keeping count: Int = 3,
        at now: Int64 = World.now,
        progress: (Int) throws -> Void = { _ in }
    ) throws -> SnapshotMaker.Report {
        try SnapshotMaker(store: world.store, publisher: world.publisher, keys: world.keys, folder: folder)
            .make(at: now, keeping: count, progress: progress)
    }

    func path(of report: SnapshotMaker.Report) -> String { folder.path + "/" + report.id }

    func lines(_ report: SnapshotMaker.Report, _ part: String) throws -> [[UInt8]] {
        let bytes = try Data(contentsOf: URL(fileURLWithPath: "\(path(of: report))/\(part).ndjson.gz"))
        return try Gzip.decompress(Array(bytes)).split(separator: 0x0A).map(Array.init)
    }

    func verify(_ path: String, at now: Int64 = World.now) throws -> Verification {
        try world.verifier(at: now).verify(snapshot: path)
    }
}

@Suite("A snapshot is everything that the latest status says, and proves it")
struct SnapshotTests {
    @Test("It holds each profile, code and id that moved; its folder is verified offline")
    func whole() throws {
        let studio = try Studio()
        let report = try studio.make()
        #expect(report.isNew && report.profiles == 40 && report.names == 2)
        let profiles = try studio.lines(report, "profiles")
        let subjects = profiles.compactMap { studio.world.verifier().verify($0).facts["enterprise"] }
        #expect(Set(subjects) == Set((1...40).map { World.id("P\($0)").text }))
        let names = Set(try studio.lines(report, "names").map { text($0) })
        #expect(
            names == [
                "{\"holders\":[\"\(World.id("P1"))\"],\"name\":\"\(Studio.code)\"}",
                "{\"movedTo\":\"\(World.id("P1"))\",\"name\":\"\(World.id("P0"))\"}",
            ]
        )
        let result = try studio.verify(studio.path(of: report))
        #expect(result.verdict == .genuineAndCurrent, "\(result.text)")
        #expect(result.facts["profiles"] == "40" && result.facts["change"] == "\(report.after)")
        #expect(try studio.verify(studio.path(of: report), at: World.now + 7200).verdict == .genuineNotCurrent)
        let seen = Verifier(keys: studio.world.keys, now: World.now, seen: [World.issuer: report.position + 1])
        let old = try seen.verify(snapshot: studio.path(of: report))
        #expect(old.verdict == .genuineNotCurrent && old.text.contains("was seen before"))
        #expect(
            try Verifier(keys: studio.world.keys, now: World.now, issuer: "x").verify(snapshot: studio.path(of: report))
                .verdict == .notGenuine
        )
    }

    @Test("What a sync has changed since the status is not in it, whatever that was")
    func ahead() throws {
        let studio = try Studio()
        let quiet = try studio.make()
        let before = try ["profiles", "names"].map { try studio.lines(quiet, $0) }
        try FileManager.default.removeItem(atPath: studio.folder.path)
        // Changed and signed, new, joined, given another code, and derived only.
        try studio.world.put("P2", name: "改名")
        try studio.world.put("P77", name: "新", codes: ["91440101MA59ABCD1R"])
        for _ in 0..<2 {
            try studio.world.put("P1", name: "企业一", codes: [], aliases: [World.id("P0"), World.id("P3")])
        }
        try studio.world.publisher.signProfiles(at: World.now)
        try studio.world.put("P4", name: "未签")
        let busy = try studio.make()
        #expect(busy.position == quiet.position && busy.after == quiet.after)
        #expect(try ["profiles", "names"].map { try studio.lines(busy, $0) } == before)
        #expect(try studio.verify(studio.path(of: busy)).verdict == .genuineAndCurrent)
        try studio.publish(at: World.now + 1)
        let next = try studio.make()
        #expect(next.after > busy.after)
        #expect(try studio.lines(next, "names").contains { text($0).contains("91440101MA59ABCD1R") })
        #expect(try studio.verify(studio.path(of: next), at: World.now + 1).verdict == .genuineAndCurrent)
    }

    @Test("Annexes lie beside their profiles, and one that is missing or another is found")
    func annexes() throws {
        let studio = try Studio()
        let bytes = Array(#"[{"no":1}]"#.utf8)
        let annex = Annex(digest: ShortDigest.text(of: World.sha256(bytes)), bytes: bytes)
        let extra = #","shops":{"count":9,"newest":[],"rest":{"digest":"\#(annex.digest)"}}"#
        try studio.world.put("L1", name: "长", extra: extra, annexes: [annex])
        try studio.publish(at: World.now + 1)
        let report = try studio.make()
        #expect(report.annexes == 1)
        #expect(try studio.verify(studio.path(of: report), at: World.now + 1).verdict == .genuineAndCurrent)
        for other in ["", #"{"annex":[{"no":2}],"digest":"\#(annex.digest)","sub":"\#(World.id("L1"))"}"#] {
            let forged = try studio.forge(report, "annexes") { _ in other.isEmpty ? [] : [Array(other.utf8)] }
            #expect(try studio.verify(forged, at: World.now + 1).problems.contains { $0.contains("annex") }, "\(other)")
        }
    }

    @Test("A code that may be a person's number is named by its place alone")
    func personalNumbers() throws {
        let studio = try Studio()
        let number = "440104198501121239"
        try studio.world.put("T1", name: "个体", codes: [number])
        try studio.publish(at: World.now + 1)
        let report = try studio.make()
        let names = try studio.lines(report, "names").map { text($0) }
        #expect(!names.contains { $0.contains(number) })
        #expect(names.contains { $0.contains("\"key\":\"\(HashTree.sha256.key(of: number).digest)\"") })
        #expect(try studio.verify(studio.path(of: report), at: World.now + 1).verdict == .genuineAndCurrent)
    }
}

extension Studio {
    /// A copy of a snapshot in which a file holds other lines, and the manifest describes these: as only the exchange itself
    /// could forge it.
    func forge(
        _ report: SnapshotMaker.Report,
        _ part: String,
        signs: (inout [String: JSONValue]) -> Void = { _ in },
        _ change: ([[UInt8]]) throws -> [[UInt8]]
    ) throws -> String {
        let copy = world.path("forged-" + UUID().uuidString)
        try FileManager.default.copyItem(atPath: path(of: report), toPath: copy)
        let lines = try change(lines(report, part))
        let bytes = try Gzip.compress(lines.flatMap { $0 + [0x0A] })
        try Data(bytes).write(to: URL(fileURLWithPath: "\(copy)/\(part).ndjson.gz"))
        let place = URL(fileURLWithPath: copy + "/manifest.json")
        let document = try SignedDocument(parsing: Array(Data(contentsOf: place)))
        guard case .object(var members) = try JSONValue(parsing: document.unverifiedPayload),
            case .object(var files)? = members["files"], case .object(var file)? = files[part]
        else { return "" }
        file["bytes"] = .integer(Int64(bytes.count))
        file["count"] = .integer(Int64(lines.count))
        file["digest"] = .string(HashTree.sha256.digest(of: bytes).digest)
        files[part] = .object(file)
        members["files"] = .object(files)
        signs(&members)
        let signed = try world.ring.signingKey.sign(JSONValue.object(members).canonical, as: .snapshot)
        try Data(signed.flattened).write(to: place)
        return copy
    }
}

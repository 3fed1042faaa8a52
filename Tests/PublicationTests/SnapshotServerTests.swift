import Access
import CanonicalJSON
import CreditModel
import CreditStore
import Foundation
import Publication
import SQLiteAccess
import Signing
import Testing

/// Snapshots over HTTP: to whom all was granted, in pieces, and written down.
@Suite("Snapshots over HTTP", .timeLimit(.minutes(20)))
struct SnapshotServerTests {
    @Test("The newest manifest, its files whole and in parts, by GET and HEAD, and nothing that does not fit the tag")
    func files() async throws {
        let studio = try Studio()
        let report = try studio.make()
        let stored = try Data(contentsOf: URL(fileURLWithPath: studio.path(of: report) + "/profiles.ndjson.gz"))
        let verifier = studio.world.verifier()
        try await serving(studio.world) { port throws in
            func get(_ path: String, _ headers: String..., method: String = "GET") throws -> HTTPAnswer {
                try HTTPCall.send(method, "/v1/snapshots/\(path)", port: port, headers: headers)
            }
            let latest = try get("latest")
            #expect(latest.status == 200 && verifier.verify(latest.body).kind == "snapshot")
            #expect(latest.headers["content-type"] == "application/jose+json")
            #expect(latest.headers["content-location"] == "/v1/snapshots/\(report.id)")
            #expect(latest.headers["suixin-status"] == verifier.verify(latest.body).facts["status digest"])
            #expect(try get(report.id).body == latest.body)
            #expect(try get("latest", "If-None-Match: \(latest.headers["etag"] ?? "")").status == 304)
            #expect(verifier.verify(try get("latest", "Accept: application/jose").body).kind == "snapshot")
            let file = "\(report.id)/profiles.ndjson.gz"
            let whole = try get(file)
            let tag = whole.headers["etag"] ?? ""
            #expect(whole.status == 200 && whole.body == Array(stored) && whole.headers["accept-ranges"] == "bytes")
            #expect(whole.headers["content-type"] == "application/gzip" && whole.headers["content-encoding"] == nil)
            #expect(whole.headers["repr-digest"] == "sha-256=:\(Base64.text(World.sha256(Array(stored)))):")
            #expect(whole.headers["cache-control"] == "private, max-age=31536000, immutable")
            let head = try get(file, "Range: bytes=0-4", method: "HEAD")
            #expect(head.status == 200 && head.headers["content-length"] == "\(stored.count)" && head.body.isEmpty)
            let part = try get(file, "Range: bytes=5-104", "If-Range: \(tag)")
            #expect(part.status == 206 && part.body == Array(stored[5..<105]) && part.headers["etag"] == tag)
            #expect(part.headers["content-range"] == "bytes 5-104/\(stored.count)")
            #expect(part.headers["content-length"] == "100")
            #expect(try get(file, "Range: bytes=-7").body == Array(stored.suffix(7)))
            #expect(try get(file, "Range: bytes=5-104", "If-Range: \"other\"").body == Array(stored))
            #expect(try get(file, "Range: bytes=0-1,4-5").status == 200)
            let beyond = try get(file, "Range: bytes=\(stored.count)-")
            #expect(beyond.status == 416 && beyond.headers["content-range"] == "bytes */\(stored.count)")
            #expect(beyond.headers["content-type"] == "application/problem+json")
            #expect(try get(file, "If-None-Match: \(tag)", "Range: bytes=0-1").status == 304)
            for path in [
                "\(report.id)/manifest.json", "\(report.id)/..", "\(report.id)/%2e%2e%2flock",
                "..%2f..%2fstore.sqlite/x",
                "..", "%2e", "1-2-000000000000", "\(report.id)/", "lock", "\(report.id).part/profiles.ndjson.gz",
            ] {
                #expect(try get(path).status == 404, "\(path)")
            }
            #expect(try get(file, method: "POST").status == 405)
        }
    }

    @Test("Only whom all sections were granted, and bulk; each query and what was told is in the journal")
    func rights() async throws {
        let studio = try Studio(5)
        let report = try studio.make()
        let desk = try FrontDesk(studio.world, at: World.now)
        let some = try desk.client("some", [.of(.bulkEnterprises, .readChanges, .registration)]).key
        let noBulk = try desk.client("no bulk", [.of(.readEnterprises, .readChanges, .allSections)]).key
        let all = try desk.client("all", [.of(.bulkEnterprises, .readChanges, .allSections)]).key
        try await serving(studio.world, desk: desk) { port throws in
            func ask(_ path: String, _ key: String) throws -> HTTPAnswer {
                try HTTPCall.send("GET", path, port: port, headers: ["Authorization: Bearer \(key)"])
            }
            let paths = [
                "/v1/snapshots/latest", "/v1/snapshots/\(report.id)", "/v1/snapshots/\(report.id)/profiles.ndjson.gz",
                "/v1/snapshots/\(report.id)/names.ndjson.gz", "/v1/annexes/sx0123456789abcdefghjk",
            ]
            for path in paths {
                let limited = try ask(path, some)
                #expect(
                    limited.status == 403 && limited.text.contains("batchGet") && !limited.text.contains("企业"),
                    "\(path)"
                )
                #expect(try ask(path, noBulk).text.contains("enterprises:bulk"), "\(path)")
                #expect(try HTTPCall.send("GET", path, port: port, headers: ["Authorization: "]).status == 401)
            }
            #expect(try ask("/v1/changes?codes=true", some).status == 403)
            #expect(try ask("/v1/changes?codes=false", some).status == 200)
            #expect(try ask("/v1/changes?codes=yes", all).status == 400)
            #expect(try ask("/v1/changes?codes=true", noBulk).status == 200)
            for path in paths.prefix(4) {
                let answer = try ask(path, all)
                #expect(answer.status == 200, "\(path)")
                try desk.journal.flush()
                let entry = try answer.headers["suixin-query"].flatMap { QueryID($0) }.flatMap {
                    try desk.records.entry($0)
                }
                #expect(entry?.endpoint.hasPrefix("snapshot") == true && entry?.status == 200)
                if !path.hasSuffix(".gz") { #expect(entry?.digest == Digest256(of: answer.body)) }
            }
        }
    }

    @Test("Before there is a snapshot, and of one that lies there by half, nothing is handed out")
    func none() async throws {
        let studio = try Studio(5)
        try await serving(studio.world) { port throws in
            func latest() throws -> HTTPAnswer { try HTTPCall.send("GET", "/v1/snapshots/latest", port: port) }
            let none = try latest()
            #expect(none.status == 404 && none.headers["retry-after"] != nil)
            // Stopped in the middle, as by a signal: what was written is no snapshot.
            struct Stopped: Error {}
            #expect(throws: Stopped.self) { try studio.make { _ in try { throw Stopped() }() } }
            #expect(try latest().status == 404)
            let report = try studio.make()
            #expect(try latest().status == 200)
            // A disk that lost the end of a file.
            let place = studio.path(of: report) + "/names.ndjson.gz"
            let size = try Data(contentsOf: URL(fileURLWithPath: place)).count
            try FileHandle(forWritingTo: URL(fileURLWithPath: place)).truncate(atOffset: UInt64(size - 1))
            #expect(try HTTPCall.send("GET", "/v1/snapshots/\(report.id)/names.ndjson.gz", port: port).status == 404)
        }
    }

    @Test("The rest of a long list is given by its digest")
    func annexes() async throws {
        let studio = try Studio(5)
        let bytes = Array(#"[{"no":1}]"#.utf8)
        let annex = Annex(digest: ShortDigest.text(of: World.sha256(bytes)), bytes: bytes)
        let extra = #","shops":{"count":9,"newest":[],"rest":{"digest":"\#(annex.digest)"}}"#
        try studio.world.put("L1", name: "长", extra: extra, annexes: [annex])
        try await serving(studio.world) { port throws in
            let answer = try HTTPCall.send("GET", "/v1/annexes/\(annex.digest)", port: port)
            #expect(answer.status == 200 && answer.body == bytes)
            #expect(try HTTPCall.send("GET", "/v1/annexes/sx0123456789abcdefghjk", port: port).status == 404)
        }
    }
}

import AgencySimulator
import CreditModel
import Foundation
import Testing

@Suite("The simulated agencies")
struct AgencySimulatorTests {
    /// Follows 红盾's cursors to the end.
    private func hongdun(_ server: AgencyServer, after: String = "") async throws -> (rows: [String], next: String) {
        var rows: [String] = []
        var cursor = after
        for _ in 0..<500 {
            let reply = try await ask(
                server,
                "/hongdun/api/registration.xml?after=\(cursor)&limit=100",
                headers: [token]
            )
            #expect(reply.status == 200)
            rows += all(reply.text, "<ROW ", "</ROW>")
            cursor = all(reply.text, "NEXT=\"", "\"").first ?? ""
            #expect(!cursor.isEmpty)
            if reply.text.contains("MORE=\"0\"") { break }
        }
        return (rows, cursor)
    }

    @Test func hongdunShowsEveryEventInGrowingSEQ() async throws {
        try await agencies(wire: .init(byteOrderMark: 0, wrongCharset: 0.2, shortPage: 0.5)) { server in
            let (rows, _) = try await hongdun(server)
            let sequences = rows.compactMap { Int(all($0, "SEQ=\"", "\"").first ?? "") }
            #expect(sequences.count == rows.count)
            #expect(sequences == Array(1...rows.count))
            #expect(rows.count > 1000)
        }
    }

    @Test func aLaterDayGoesOnWhereTheEarlierEnded() async throws {
        let (early, cursor) = try await agencies(at: "2017-09-01") { server in try await hongdun(server) }
        let (late, _) = try await agencies { server in try await hongdun(server) }
        #expect(Array(late.prefix(early.count)) == early)
        #expect(late.count > early.count)
        let passed = try await agencies(at: "2017-09-01") { server in
            try server.advance(to: try #require(Day("2018-06-01")))
            return try await hongdun(server, after: cursor).rows
        }
        #expect(early + passed == late)
    }

    @Test func hongdunRefusesInItsOwnWords() async throws {
        try await agencies { server in
            func code(_ target: String, _ headers: [String] = [token]) async throws -> String? {
                let reply = try await ask(server, "/hongdun/api/" + target, headers: headers)
                #expect(reply.status == 200)
                return all(reply.text, "CODE=\"", "\"").first
            }
            #expect(try await code("registration.xml?after=&limit=10", ["X-Access-Token: no"]) == "1001")
            #expect(try await code("registration.xml?after=&limit=1001") == "3001")
            #expect(try await code("registration.xml?after=%21&limit=10") == "3001")
            let cursor = try await hongdun(server).next
            server.expireCursors()
            #expect(try await code("registration.xml?after=\(cursor)&limit=10") == "1002")
            #expect(try await code("registration.xml?after=&limit=10") == "0")
            server.script(Fault(agency: .hongdun, kind: .busy(3)))
            #expect(try await code("registration.xml?after=&limit=10") == "2001")
        }
    }

    @Test func stateTaxRefusesInItsOwnWords() async throws {
        try await agencies { server in
            func code(_ body: String) async throws -> String? {
                all(try await ask(server, "/statetax/service", method: "POST", body: body).text, "<rtn_code>", "<")
                    .first
            }
            let (from, to) = ("2018-01-01 00:00:00", "2018-02-01 00:00:00")
            #expect(try await code(question(from, to)) == "0000")
            #expect(try await code(question(from, to, user: "x")) == "1001")
            #expect(try await code(question(from, "2018-02-01 00:00:01")) == "2001")
            server.script(Fault(agency: .statetax, request: 2, kind: .foreignSequence))
            let first = try await ask(server, "/statetax/service", method: "POST", body: question(from, to))
            #expect(first.text.contains("<tran_seq>s-1</tran_seq>"))
            let second = try await ask(server, "/statetax/service", method: "POST", body: question(from, to))
            #expect(!second.text.contains("<tran_seq>s-1</tran_seq>"))
        }
    }

    @Test func localTaxAnswersErrorsInHTML() async throws {
        try await agencies { server in
            func page(_ query: String, _ headers: [String] = [basic]) async throws -> Reply {
                try await ask(server, "/localtax/dsws/query.do?type=nsr&" + query, headers: headers)
            }
            #expect(try await page("lastTime=20000101000000", []).status == 401)
            let bad = try await page("start=0")
            #expect(bad.status == 200)
            #expect(bad.text.contains("<html>"))
        }
    }

    @Test func qualityFilesAgreeWithTheManifestAndComeInParts() async throws {
        try await agencies { server in
            let manifest = try await ask(server, "/quality/exchange/manifest.xml", headers: [token])
            let names = all(manifest.text, "文件名=\"", "\"")
            let sizes = all(manifest.text, "字节数=\"", "\"").compactMap { Int($0) }
            #expect(names.contains { $0.contains("_F.xml") })
            for (name, size) in zip(names, sizes).suffix(3) {
                let whole = try await ask(server, "/quality/exchange/files/" + name, headers: [token])
                #expect(whole.body.count == size)
                let tag = try #require(whole.headers["etag"])
                let part = try await ask(
                    server,
                    "/quality/exchange/files/" + name,
                    headers: [token, "Range: bytes=10-19", "If-Range: \(tag)"]
                )
                #expect(part.status == 206)
                #expect(part.body == Array(whole.body[10..<20]))
                let other = try await ask(
                    server,
                    "/quality/exchange/files/" + name,
                    headers: [token, "Range: bytes=10-19", "If-Range: \"x\""]
                )
                #expect(other.status == 200)
            }
            #expect(try await ask(server, "/quality/exchange/manifest.xml").status == 401)
        }
    }

    @Test func qualityNumbersItsFilesAlikeOnEveryDay() async throws {
        func files(_ day: String, passing: String? = nil) async throws -> [String] {
            try await agencies(at: day) { server in
                if let passing { try server.advance(to: try #require(Day(passing))) }
                let manifest = try await ask(server, "/quality/exchange/manifest.xml", headers: [token])
                return manifest.text.components(separatedBy: "\n").filter { $0.hasPrefix("<数据包") }
            }
        }
        let late = try await files("2018-06-01")
        #expect(try await files("2018-06-01") == late)
        #expect(try await files("2017-09-01", passing: "2018-06-01") == late)
    }

    @Test func restlessRowsEndUpInTheTable() async throws {
        try await agencies { server in
            try server.makeRestless()
            let before = try server.table(.hongdun, "registration")
            _ = try await hongdun(server)
            server.rest()
            var (rows, _) = try await hongdun(server)
            let table = try server.table(.hongdun, "registration")
            #expect(table != before)
            rows = rows.filter { !$0.contains("OP=\"D\"") }
            for (key, row) in table {
                let versions = rows.filter { $0.contains("<PRIPID>\(key.text)</PRIPID>") }
                #expect(versions.contains { $0.contains("TS=\"\(row.modified.spaced)\"") })
            }
            try server.advance(to: try #require(Day("2018-12-01")))
            let sequences = try await hongdun(server).rows.compactMap { Int(all($0, "SEQ=\"", "\"").first ?? "") }
            #expect(sequences == sequences.sorted())
            #expect(Set(sequences).count == sequences.count)
        }
    }

    @Test func faultsComeWhenScripted() async throws {
        try await agencies { server in
            let target = "/hongdun/api/registration.xml?after=&limit=10"
            server.script(Fault(agency: .hongdun, request: 2, kind: .status(503, retryAfter: "2")))
            #expect(try await ask(server, target, headers: [token]).status == 200)
            let refused = try await ask(server, target, headers: [token])
            #expect(refused.status == 503)
            #expect(refused.headers["retry-after"] == "2")
            server.script(Fault(agency: .hongdun, kind: .truncate(100)))
            let cut = try await ask(server, target, headers: [token])
            #expect(cut.body.count == 100)
            #expect(Int(cut.headers["content-length"] ?? "") ?? 0 > 100)
            server.script(Fault(agency: .hongdun, kind: .malformedRow(2)))
            #expect(try await ask(server, target, headers: [token]).text.contains(" & </ROW>"))
            #expect(!(try await ask(server, target, headers: [token]).text.contains(" & </ROW>")))
            let body = #"[{"agency":"hongdun","kind":"html"}]"#
            #expect(try await ask(server, "/control/faults", method: "POST", body: body).status == 200)
            #expect(try await ask(server, target, headers: [token]).text.contains("<html>"))
        }
    }

    @Test func hostileAnswersHoldWhatTheyPromise() async throws {
        try await agencies { server in
            func answer(_ kind: Fault.Kind) async throws -> Reply {
                server.script(Fault(agency: .hongdun, kind: kind))
                return try await ask(server, "/hongdun/api/registration.xml?after=&limit=10", headers: [token])
            }
            #expect(try await answer(.hugeRow(100_000)).body.count > 100_000)
            #expect(try await answer(.deepNesting(200)).text.contains(String(repeating: "<a>", count: 200)))
            let bomb = try await answer(.entityBomb).text
            #expect(bomb.contains("<!ENTITY z \"&i;") && bomb.contains("&z;"))
            #expect(try await answer(.externalEntity("file:///x")).text.contains("<!ENTITY z SYSTEM \"file:///x\">"))
            let packed = try await answer(.gzipBomb)
            #expect(packed.headers["content-encoding"] == "gzip")
            #expect(packed.body.count > 1_000_000)
            #expect(try await answer(.stall(50, seconds: 0)).text.hasSuffix("</RESULT>\n"))
        }
    }

    @Test func aReplacedFileLacksARowAndTheTableToo() async throws {
        try await agencies { server in
            func manifest() async throws -> Reply {
                try await ask(server, "/quality/exchange/manifest.xml", headers: [token])
            }
            let before = try await manifest().text
            let rows = try server.table(.quality, "SCXKZ")
            server.script(Fault(agency: .quality, dataset: "SCXKZ", kind: .replacedFile))
            let after = try await manifest().text
            #expect(all(after, "文件名=\"", "\"") == all(before, "文件名=\"", "\""))
            #expect(zip(all(after, "SHA256=\"", "\""), all(before, "SHA256=\"", "\"")).count { $0 != $1 } == 1)
            #expect(try server.table(.quality, "SCXKZ") != rows)
        }
    }

    @Test func theTruthNamesWhatIsShown() async throws {
        try await agencies { server in
            let path = NSTemporaryDirectory() + "truth-\(UUID().uuidString).ndjson"
            defer { try? FileManager.default.removeItem(atPath: path) }
            try server.writeTruth(to: path)
            let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
            #expect(lines.count == 300)
            #expect(lines[0].hasPrefix(#"{"enterprise":"E000001""#))
            let told = lines.flatMap { all(String($0), "\"agency\":\"hongdun\"", "}") }.count
            #expect(told == (try server.table(.hongdun, "registration").values.count { !$0.isTest }))
            // 质监 speaks of a second enterprise, whose line says so.
            #expect(lines.contains { $0.contains("\"role\":\"seller\"") })
            #expect(lines.contains { $0.contains("\"unreadable\":true") })
            for line in lines { _ = try JSONSerialization.jsonObject(with: Data(line.utf8)) }
        }
    }
}

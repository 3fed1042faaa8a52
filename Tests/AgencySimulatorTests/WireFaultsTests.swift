import AgencySimulator
import CreditModel
import Crypto
import Foundation
import Testing

@Suite("Bad days on the wire")
struct WireFaultsTests {
    private static let everyone: [AgencyID] = [.hongdun, .statetax, .localtax, .quality]

    private func page(_ server: AgencyServer, _ agency: AgencyID) async throws -> Reply {
        switch agency {
        case .hongdun: try await ask(server, "/hongdun/api/registration.xml?after=&limit=10", headers: [token])
        case .statetax:
            try await ask(
                server,
                "/statetax/service",
                method: "POST",
                body: question("2018-01-01 00:00:00", "2018-02-01 00:00:00")
            )
        case .localtax:
            try await ask(
                server,
                "/localtax/dsws/query.do?type=nsr&start=0&rows=10&lastTime=20000101000000",
                headers: [basic]
            )
        default: try await ask(server, "/quality/exchange/manifest.xml", headers: [token])
        }
    }

    @Test("Each agency has the bad days that all of them may have", arguments: everyone)
    func common(_ agency: AgencyID) async throws {
        try await agencies { server in
            let good = try await page(server, agency)
            func bad(_ kind: Fault.Kind) async throws -> Reply {
                server.script(Fault(agency: agency, kind: kind))
                return try await page(server, agency)
            }
            for status in [500, 502, 503, 429] {
                #expect(try await bad(.status(status, retryAfter: nil)).status == status)
            }
            let cut = try await bad(.cut(150))
            #expect(cut.body == Array(good.body.prefix(150)) && cut.headers["content-length"] == "150")
            let reset = try await bad(.truncate(150))
            #expect(reset.body.count == 150 && reset.headers["content-length"] == String(good.body.count))
            #expect(try await bad(.html).text.contains("<html>"))
            let marked = try await bad(.byteOrderMark)
            #expect(marked.body.starts(with: [0xEF, 0xBB, 0xBF]))
            #expect(String(validating: marked.body, as: UTF8.self) != nil)
            #expect(try await bad(.wrongCharset).headers["content-type"] != good.headers["content-type"])
            #expect(try await bad(.doctype).text.contains("<!DOCTYPE"))
            #expect(try await bad(.hugeRow(300_000)).body.count > 300_000)
            #expect(try await bad(.deepNesting(500)).text.contains(String(repeating: "<a>", count: 500)))
            #expect(try await bad(.entityBomb).text.contains("&z;"))
            #expect(try await bad(.externalEntity("file:///x")).text.contains("SYSTEM \"file:///x\""))
            #expect(try await bad(.foreignEncoding("UTF-16")).text.contains("encoding=\"UTF-16\""))
            let undecodable = try await bad(.undecodableRow(1))
            #expect(undecodable.body.count == good.body.count + 1 && undecodable.body.contains(0xFF))
            #expect(try await bad(.malformedRow(1)).text.contains(" &"))
            let broken = try await bad(.reset(150))
            #expect(broken.body.count == 150 && broken.headers["content-length"] == String(good.body.count))
            for kind in [Fault.Kind.refuse, .cutHead] {
                await #expect(throws: Unanswered.self) { try await bad(kind) }
            }
            let refusals = [try await bad(.refusedLogin), try await bad(.refusedRequest)]
            #expect(refusals.allSatisfy { $0.body != good.body && $0.body.count < 400 })
            #expect(try await bad(.gzipBomb).headers["content-encoding"] == "gzip")
            let itself = try await bad(.redirect("itself"))
            #expect(itself.status == 302 && itself.headers["location"]?.hasPrefix("/\(agency)/") == true)
            #expect(try await bad(.redirect("file:///etc/passwd")).headers["location"] == "file:///etc/passwd")
            #expect(try await bad(.stall(50, seconds: 0)).body == good.body)
            #expect(try await page(server, agency).body == good.body)
        }
    }

    @Test("A share of the requests is hit, the same of the same seed")
    func share() async throws {
        func hit() async throws -> [Bool] {
            try await agencies { server in
                server.script(Fault(agency: .hongdun, share: 0.3, kind: .status(503, retryAfter: nil)))
                var hits: [Bool] = []
                for _ in 0..<300 { hits.append(try await page(server, .hongdun).status == 503) }
                return hits
            }
        }
        let hits = try await hit()
        #expect(70...110 ~= hits.count { $0 })
        #expect(try await hit() == hits)
    }

    @Test(
        "A hostile file has the digest that its manifest names, until it is healed",
        arguments: [
            Fault.Kind.malformedRow(1), .doctype, .hugeRow(300_000), .deepNesting(500), .entityBomb,
            .externalEntity("file:///x"), .gzipBomb,
        ]
    )
    func files(_ kind: Fault.Kind) async throws {
        try await agencies { server in
            let before = try await page(server, .quality).text
            server.script(Fault(agency: .quality, dataset: "SCXKZ", kind: kind))
            let after = try await page(server, .quality).text
            let (old, new) = (all(before, "SHA256=\"", "\""), all(after, "SHA256=\"", "\""))
            #expect(zip(old, new).count { $0 != $1 } == 1)
            let index = try #require(zip(old, new).enumerated().first { $0.element.0 != $0.element.1 }?.offset)
            let name = all(after, "文件名=\"", "\"")[index]
            let file = try await ask(server, "/quality/exchange/files/" + name, headers: [token])
            #expect(SHA256.hash(data: file.body).hexadecimal == new[index].lowercased())
            #expect(String(file.body.count) == all(after, "字节数=\"", "\"")[index])
            try server.healFiles()
            #expect(try await page(server, .quality).text == before)
        }
    }

    @Test("The manifest says something else of a file, or nothing, on demand")
    func manifest() async throws {
        try await agencies { server in
            let good = try await page(server, .quality).text
            let name = try #require(server.manifest.last)
            func entries(_ text: String) -> Int { text.ranges(of: "数据集=\"\(name)\"").count }
            try #require(entries(good) > 1)
            server.script(Fault(agency: .quality, dataset: name, kind: .wrongEntry("记录数", "77")))
            let wrong = try await page(server, .quality).text
            #expect(wrong.contains("记录数=\"77\"") && entries(wrong) == entries(good))
            server.script(Fault(agency: .quality, dataset: name, kind: .gap))
            #expect(entries(try await page(server, .quality).text) == entries(good) - 1)
            #expect(try await page(server, .quality).text == good)
        }
    }

    @Test("Every kind has a name in a script")
    func names() throws {
        let names = [
            "status", "refuse", "reset", "cutHead", "truncate", "cut", "html", "malformedRow", "undecodableRow",
            "foreignSequence", "expiredCursor", "busy", "internalError", "refusedLogin", "refusedRequest",
            "missingFile",
            "gap", "wrongDigest", "wrongEntry", "replacedFile", "hang", "stall", "trickle", "endless", "redirect",
            "wrongCharset", "foreignEncoding", "byteOrderMark", "doctype", "entityBomb", "externalEntity", "gzipBomb",
            "hugeRow", "deepNesting",
        ]
        for name in names {
            let script = "[{\"agency\":\"quality\",\"kind\":\"\(name)\",\"request\":3}]"
            let faults = try FaultScript.faults(of: Array(script.utf8))
            #expect(faults.map(\.request) == [3] && "\(faults)".contains(name), "\(name)")
        }
    }

    @Test(
        "A script of what there is not is refused, with what there is",
        arguments: [
            (#"[{"agency":"quality","kind":"rain"}]"#, "no fault “rain”"),
            (#"[{"agency":"hongdung","kind":"html"}]"#, "agencies: hongdun, statetax, localtax, quality"),
            (#"[{"agency":"hongdun","dataset":"manifest","kind":"html"}]"#, "hongdun has no dataset “manifest”"),
            (#"[{"agency":"hongdun"}]"#, "no “kind”"), (#"{"agency":"hongdun"}"#, "a list of objects"),
            (#"[{"agency":"hongdun","kind":"html","times":"2"}]"#, "times is of another type"), ("rain", "JSON"),
        ]
    )
    func unknown(_ script: String, _ words: String) async throws {
        try await agencies(10) { server in
            let reply = try await ask(server, "/control/faults", method: "POST", body: script)
            #expect(reply.status == 400 && reply.text.contains(words), "\(reply.text)")
        }
    }

    @Test("A cursor expires only where one is given")
    func expiredCursor() async throws {
        try await agencies { server in
            server.script(Fault(agency: .hongdun, kind: .expiredCursor))
            let first = try await page(server, .hongdun).text
            #expect(first.contains("CODE=\"0\""))
            let next = all(first, "NEXT=\"", "\"")[0]
            let target = "/hongdun/api/registration.xml?after=\(next)&limit=10"
            #expect(try await ask(server, target, headers: [token]).text.contains("CODE=\"1002\""))
            #expect(try await ask(server, target, headers: [token]).text.contains("CODE=\"0\""))
        }
    }

    @Test("Time does not pass beyond the end of the world")
    func end() async throws {
        try await agencies(10) { server in
            let late = try await ask(server, "/control/pass?to=2021-01-01", method: "POST")
            #expect(late.status == 400 && late.text.contains("2020-12-31"))
            #expect(try await ask(server, "/control/pass?to=2020-12-31", method: "POST").status == 200)
        }
        #expect(throws: PopulationError.size(9_000_001)) { try SimulatedPopulation(seed: 1, enterprises: 9_000_001) }
    }

    @Test("What 红盾 lost it shows no more, without a withdrawal, and the truth does not tell it")
    func lost() async throws {
        try await agencies { server in
            func read() async throws -> [String] {
                try await Reading(server: server).hongdun("registration", limit: 50).flatMap {
                    all($0.text, "<ROW ", "</ROW>")
                }
            }
            func told() throws -> Int {
                let path = NSTemporaryDirectory() + "truth-\(UUID().uuidString).ndjson"
                defer { try? FileManager.default.removeItem(atPath: path) }
                try server.writeTruth(to: path)
                return all(try String(contentsOfFile: path, encoding: .utf8), "\"agency\":\"hongdun\"", "}").count
            }
            let (before, rows, truth) = (try server.table(.hongdun, "registration"), try await read(), try told())
            let target = "/control/lose?dataset=registration&keys=40"
            #expect(try await ask(server, target, method: "POST").status == 200)
            let after = try server.table(.hongdun, "registration")
            let gone = Set(before.keys).subtracting(after.keys)
            #expect(gone.count == 40 && after.allSatisfy { before[$0.key] == $0.value })
            let left = try await read()
            #expect(left == rows.filter { row in !gone.contains(RecordKey(all(row, "<PRIPID>", "<"))) })
            #expect(try told() == truth - 40)
            #expect(try await ask(server, "/control/lose?dataset=nsr", method: "POST").status == 400)
        }
    }

    @Test("A file is replaced where one can be, and else the control says so")
    func replaced() async throws {
        let body = #"[{"agency":"quality","dataset":"JDCC","kind":"replacedFile"}]"#
        try await agencies(1) { server in
            let reply = try await ask(server, "/control/faults", method: "POST", body: body)
            #expect(reply.status == 400 && reply.text.contains("no 增量"))
        }
        // On days on which a 全量 has just come out, too: it goes on to show what it showed.
        for day in ["2018-05-10", "2018-06-01"] {
            try await simulated(400, at: day) { server, _ in
                var replaced = 0
                for name in ["ZZJGDM", "SCXKZ", "CCC", "JDCC", "XZCF"] {
                    let before = try await page(server, .quality).text
                    let script = body.replacingOccurrences(of: "JDCC", with: name)
                    let reply = try await ask(server, "/control/faults", method: "POST", body: script)
                    guard reply.status == 200 else { continue }
                    replaced += 1
                    let after = try await page(server, .quality).text
                    #expect(zip(all(before, "SHA256=\"", "\""), all(after, "SHA256=\"", "\"")).count { $0 != $1 } == 1)
                    let counts = [before, after].map { text in
                        all(text, "记录数=\"", "\"").reduce(0) { $0 + (Int($1) ?? 0) }
                    }
                    #expect(1...2 ~= counts[0] - counts[1], "\(name) \(counts)")
                }
                #expect(replaced > 1, "\(replaced)")
            }
        }
    }

    @Test("Files come slowly, too, and are cut")
    func slowFiles() async throws {
        try await agencies { server in
            let name = try #require(all(try await page(server, .quality).text, "文件名=\"", "\"").last)
            let target = "/quality/exchange/files/" + name
            let whole = try await ask(server, target, headers: [token])
            server.script(Fault(agency: .quality, dataset: "SCXKZ", kind: .stall(20, seconds: 0)))
            #expect(try await ask(server, target, headers: [token]).body == whole.body)
            server.script(Fault(agency: .quality, dataset: "SCXKZ", kind: .cut(20)))
            #expect(try await ask(server, target, headers: [token]).body == Array(whole.body.prefix(20)))
        }
    }
}

import CanonicalJSON
import Foundation
import Testing

/// The programs as an operator runs them, from the first command on.
@Suite("The command line", .serialized)
struct CommandLineTests {
    @Test("From init to verify, with the exit codes that the README promises", .timeLimit(.minutes(20)))
    func round() async throws {
        try await blocking {
            let desk = try CommandDesk()
            defer { desk.close() }
            #expect(try desk.suixin("sync").status == 1, "no installation yet")
            #expect(try desk.suixin("init", "--agencies", desk.agencies).status == 0)
            #expect(try desk.suixin("init").status == 1, "init must not overwrite")
            let early = try desk.suixin("search", "广州")
            #expect(early.status == 1 && early.errors.contains("suixin sync"))

            let sync = try desk.suixin("sync", "--json")
            #expect(sync.status == 0, "\(sync.errors)")
            #expect((try sync.json["profiles"]?.integer ?? 0) > 20)
            #expect(try desk.suixin("sync", "--json").json["taken"]?.integer == 0)
            #expect(try desk.suixin("sync", "nobody").status == 64)

            try lookUp(desk)
            try lookBack(desk)
            try verify(desk)
            try settings(desk)
        }
    }

    private func match(_ desk: CommandDesk, _ hits: [JSONValue]) throws {
        let hit = try #require(hits.first { $0["district"] != nil })
        let (id, name, district) = (hit["id"], try #require(hit["name"]?.string), try #require(hit["district"]?.string))
        let filtered = try desk.suixin("search", name, "--district", district, "--json").json.array ?? []
        #expect(filtered.contains { $0["id"] == id })
        #expect(try desk.suixin("search", name, "--district", "999999", "--json").status == 3)
        let found = try desk.suixin("match", "--name", name, "--json").json["candidates"]?.array?.first
        #expect(found?["fields"]?.array?.first?["grade"] == .string("A"))
        let file = desk.folder + "/asked.ndjson"
        let lines = "{\"name\":\"\(name)\"}\n\n{\"name\":\"没有这样的企业\",\"address\":\"无\"}\n"
        try lines.write(toFile: file, atomically: true, encoding: .utf8)
        let answers = try desk.suixin("match", file, "--json").output.split(separator: "\n")
        #expect(answers.count == 2 && answers[0].contains("confidence") && !answers[1].contains("confidence"))
        try "{\"name\":\"x\",\"telephone\":\"1\"}".write(toFile: file, atomically: true, encoding: .utf8)
        let refused = try desk.suixin("match", file)
        #expect(refused.status == 1 && refused.errors.contains("line 1") && refused.errors.contains("telephone"))
        #expect(try desk.suixin("match").status == 64)
    }

    private func lookUp(_ desk: CommandDesk) throws {
        let found = try desk.suixin("search", "广州", "--limit", "1", "--json")
        #expect(found.status == 0 && !found.output.isEmpty)
        let simplified = try desk.suixin("search", "广州", "--limit", "10000", "--json").json.array ?? []
        let traditional = try desk.suixin("search", "廣州", "--limit", "10000", "--json").json.array ?? []
        #expect(!simplified.isEmpty && simplified.allSatisfy(traditional.contains), "廣州 stands for 广州, too")
        try match(desk, simplified)
        let nothing = try desk.suixin("search", "没有这样的企业")
        #expect(nothing.status == 3)
        #expect(try desk.suixin("search", " （）").status == 64)
        #expect(try desk.suixin("profile", "show", "91440101MA59XXXXX0").status == 3)
        let page = try desk.suixin("profile", "show", desk.anyID()).output
        #expect(page.contains("来源") && page.contains("名称") && !page.contains("legalRepresentative"))
        let english = try desk.suixin("profile", "show", desk.anyID().uppercased(), "--set", "language=en").output
        #expect(english.contains("sources") && english.contains("hongdun/registration") && !english.contains("来源"))
        #expect(try desk.suixin("profile", "show", desk.anyID(), "--json").json["id"]?.string == desk.anyID())
        #expect(try desk.suixin("profile", "why", desk.anyID()).status == 0)
        #expect(try desk.suixin("sources").status == 0)
        let quarantine = try desk.suixin("quarantine", "list", "--json")
        #expect(quarantine.status == 0)
        for line in quarantine.output.split(separator: "\n") { _ = try JSONValue(parsing: Array(line.utf8)) }
        #expect(try desk.suixin("held").status == 0)
        #expect(try desk.suixin("profile", "nonsense").status == 64)
        #expect(try desk.suixin("--no-such-flag").status == 64)
    }

    private func verify(_ desk: CommandDesk) throws {
        #expect(try desk.suixin("export", "--output", "export").status == 0)
        try desk.write(desk.suixin("keys", "jwks").output, "keys.json")
        try desk.write(desk.suixin("sources", "--jws").output, "status.json")
        try desk.write(desk.suixin("profile", "show", desk.anyID(), "--jws").output, "profile.json")
        #expect(try desk.suixin("verify", "status.json", "--jwks", "keys.json").status == 0)
        let export = try desk.suixin("verify", "export", "--jwks", "keys.json", "--status", "status.json")
        #expect(export.status == 2, "a manifest does not show that nothing is newer: \(export.output)\(export.errors)")
        let alone = try desk.suixin("verify", "profile.json", "--jwks", "keys.json")
        #expect(alone.status == 2, "a profile alone does not show that it is current: \(alone.output)\(alone.errors)")
        let forged = try desk.read("profile.json").replacing("\"payload\":\"ey", with: "\"payload\":\"ez")
        try desk.write(forged, "forged.json")
        #expect(try desk.suixin("verify", "forged.json", "--jwks", "keys.json").status == 1)
        #expect(try desk.suixin("verify", "nowhere.json", "--jwks", "keys.json").status == 64, "missing, not forged")
        #expect(try desk.suixin("verify", "profile.json", "--jwks", "profile.json").status == 64)

        #expect(try desk.suixin("keys", "rotate").status == 0)
        try desk.write(desk.suixin("keys", "jwks").output, "both.json")
        #expect(try desk.suixin("verify", "profile.json", "--jwks", "both.json").status == 2)
        #expect(try desk.suixin("sync").status == 0)
        try desk.write(desk.suixin("profile", "show", desk.anyID(), "--jws").output, "later.json")
        #expect(try desk.read("later.json") == desk.read("profile.json"), "a version keeps its signature")
    }

    private func settings(_ desk: CommandDesk) throws {
        let misspelt = try desk.suixin("sources", "--set", "serve.prt=1")
        #expect(misspelt.status == 1 && misspelt.errors.contains("serve.port"))
        let wrong = try desk.suixin("sources", "--set", "sync.withdrawalShare=7")
        #expect(wrong.status == 1 && wrong.errors.contains("withdrawalShare"))
        let variable = try desk.suixin("sources", environment: ["SUIXIN_SERVE_PORT": "many"])
        #expect(variable.status == 1 && variable.errors.contains("SUIXIN_SERVE_PORT"))
        #expect(try desk.suixin("sources", environment: ["SUIXIN_NONSENSE": "1"]).status == 1)
        #expect(try desk.suixin("sources", "--config", "elsewhere.json").status == 1)
        #expect(try desk.suixin("sources", environment: ["SUIXIN_CONFIG": "elsewhere.json"]).status == 1)
        for (text, hint) in [
            ("[]", "object"), (#"{"serve":5}"#, "serve must be an object"), (#"{"serve":{"port":70000}}"#, "65535"),
            (#"{"sources":{"statetax":{"baseURL":"http://a:b@x/"}}}"#, "passwordFile"),
        ] {
            try desk.write(text, "bad.json")
            let bad = try desk.suixin("sources", "--config", "bad.json")
            #expect(bad.status == 1 && bad.errors.contains(hint), "\(text): \(bad.errors)")
        }

        // The file's store is there; the environment's is not, unless --set says otherwise again.
        let environment = ["SUIXIN_STORE": "environment.sqlite"]
        let second = try desk.suixin("sources", environment: environment)
        #expect(second.status == 1 && second.errors.contains("environment.sqlite"))
        #expect(try desk.suixin("sources", "--set", "store=data/suixin.sqlite", environment: environment).status == 0)

        // A file named later wins over a value that the file has, and the other way round.
        try desk.write("wrong", "token")
        let named = try desk.suixin(
            "sync",
            "quality",
            "--set",
            "retry.attempts=1",
            environment: ["SUIXIN_SOURCES_QUALITY_TOKEN_FILE": "token"]
        )
        #expect(named.status == 2 && named.errors.isEmpty, "\(named.output)\(named.errors)")
        #expect(named.output.contains("unauthorised"))
        let both = try desk.suixin(
            "sources",
            "--set",
            "sources.quality.token=a",
            "--set",
            "sources.quality.tokenFile=b"
        )
        #expect(both.status == 1 && both.errors.contains("take one of them away"))
        #expect(try desk.suixin("sync", "quality").status == 0)

        // An agency that cannot be reached: done in part.
        let part = try desk.suixin(
            "sync",
            "quality",
            "--set",
            "sources.quality.token=wrong",
            "--set",
            "retry.attempts=1"
        )
        #expect(part.status == 2 && !part.errors.contains("wrong"), "\(part.output)\(part.errors)")
        #expect(try desk.suixin("sources").status == 2)
    }

    @Test("serve answers with the signed documents", .timeLimit(.minutes(20)))
    func serve() async throws {
        try await blocking {
            let desk = try CommandDesk()
            defer { desk.close() }
            #expect(try desk.suixin("init", "--agencies", desk.agencies).status == 0)
            #expect(try desk.suixin("sync").status == 0)
            let scopes = ["--scope", "enterprises:read", "--scope", "section:*"]
            #expect(try desk.suixin(["clients", "add", "平台"] + scopes).status == 0)
            let key = try desk.suixin("clients", "keys", "add", "平台").output.trimmingCharacters(in: .newlines)
            let service = try Service(
                Run.programs + "/suixin",
                ["serve", "--port", "0", "--ready-file", "ready"],
                in: desk.folder
            )
            defer { service.end() }
            let address = try desk.wait(for: "ready").trimmingCharacters(in: .whitespacesAndNewlines)
            let base = address.hasPrefix("http") ? address : "http://" + address
            func get(_ path: String, _ more: String...) throws -> Run {
                let who = ["-H", "Authorization: Bearer \(key)", "-H", "Suixin-Purpose: dispute"]
                return try Run("/usr/bin/env", ["curl", "-s", "-f"] + who + more + [base + path])
            }
            #expect(
                try Run("/usr/bin/env", ["curl", "-s", "-f", base + "/v1/enterprises/\(desk.anyID())"]).status != 0
            )
            let id = try desk.anyID()
            let served = try get("/v1/enterprises/\(id)", "-D", desk.folder + "/headers", "-H", "Suixin-Evidence: 1")
            #expect(served.status == 0, "\(base) \(served.errors)")
            try desk.write(served.output, "served.json")
            try desk.write(get("/.well-known/jwks.json").output, "keys.json")
            try desk.write(get("/v1/sources").output, "status.json")
            let document = ["verify", "served.json", "--jwks", "keys.json"]
            #expect(try desk.suixin(document).status == 2)
            let proven = document + ["--status", "status.json", "--proof", "headers", "--remember", "seen"]
            #expect(try desk.suixin(proven + ["--asked", id]).status == 0)
            #expect(try desk.suixin(proven + ["--asked", "sx00000000000000000000"]).status == 2)
            let headers = try String(contentsOfFile: desk.folder + "/headers", encoding: .utf8)
            let query = try #require(
                headers.split(separator: "\r\n").first { $0.hasPrefix("Suixin-Query: ") }?.dropFirst(14)
            )
            #expect(try desk.suixin("evidence", String(query)).output == served.output)
            #expect(try get("/livez").status == 0)
            #expect(try get("/v1/enterprises/91440101MA59XXXXX0").status != 0)
        }
    }
}

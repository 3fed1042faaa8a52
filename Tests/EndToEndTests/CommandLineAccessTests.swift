import Access
import CanonicalJSON
import CreditModel
import Foundation
import SQLiteAccess
import Signing
import Testing

/// Clients, keys, journal and evidence, as an operator handles them.
@Suite("The command line and whoever asks the exchange", .serialized)
struct CommandLineAccessTests {
    @Test("An operator makes a client, lets it in, and shuts it out again", .timeLimit(.minutes(10)))
    func clients() async throws {
        try await blocking {
            let desk = try CommandDesk(enterprises: 5)
            defer { desk.close() }
            #expect(try desk.suixin("clients", "list").status == 1)
            #expect(try desk.suixin("init", "--agencies", desk.agencies).status == 0)
            let none = try desk.suixin("clients", "--set", "language=en")
            #expect(none.status == 0 && none.output.contains("suixin clients add"))

            let added = try desk.suixin(
                "clients",
                "add",
                "某平台",
                "--scope",
                "enterprises:read",
                "--purpose",
                "dispute",
                "--burst",
                "5",
                "--window",
                "10",
                "--no-daily",
                "--json"
            ).json
            let id = try #require(added["id"]?.string)
            #expect(added["scopes"] == .array([.string("enterprises:read")]))
            #expect(added["limits"] == .object(["burst": .integer(5), "window": .integer(10)]))
            #expect(try desk.suixin("clients", "add", "某平台").status == 1)
            #expect(try desk.suixin("clients", "add", "另一平台", "--scope", "everything").status == 64)
            #expect(try desk.suixin("clients", "show", "无名").status == 3)

            let granted = try desk.suixin("clients", "grant", "某平台", "section:tax", "section:*", "--json").json
            #expect(granted["scopes"]?.array?.count == 3)
            #expect(try desk.suixin("clients", "revoke-scope", id, "section:tax").status == 1)
            let taken = try desk.suixin("clients", "revoke-scope", id, "section:*", "--json").json
            #expect(taken["scopes"] == .array([.string("enterprises:read"), .string("section:tax")]))
            #expect(
                try desk.suixin("clients", "limits", id, "--daily", "7", "--json").json["limits"]?["daily"]?.integer
                    == 7
            )
            #expect(try desk.suixin("clients", "limits", id, "--burst", "0").status == 1)

            // The key stands alone on standard output, and is good.
            let key = try desk.suixin("clients", "keys", "add", "某平台", "--label", "生产")
            let text = key.output.trimmingCharacters(in: .newlines)
            #expect(key.output == text + "\n" && key.errors.contains("某平台") && !key.errors.contains(text))
            let secret = try desk.suixin("clients", "secret", "new", id, "--json").json
            #expect(secret["secret"]?.string?.hasPrefix("sxs_") == true)
            let listed = try desk.suixin("clients", "keys", "list", id)
            #expect(listed.output.contains("生产") && !listed.output.contains(text.suffix(30)))
            func caller() throws -> Caller {
                let store = try SQLiteAccessStore(path: desk.folder + "/data/access.db")
                let now = Int64(Date().timeIntervalSince1970 * 1000)
                return try Authenticator(AccessTable(store, at: now), TokenConfiguration(issuer: "x"), keys: KeySet([]))
                    .authenticate(ShownCredentials(apiKey: text), at: now)
            }
            #expect(try caller().scopes == .of(.readEnterprises, .tax))
            #expect(try desk.suixin("clients", "disable", id, "--reason", "欠费").output.contains("欠费"))
            #expect(throws: Refusal.disabled) { try caller() }
            #expect(try desk.suixin("clients", "enable", id).status == 0)
            #expect(try desk.suixin("clients", "keys", "revoke", id, text).status == 3)
            #expect(try !desk.suixin("clients", "keys", "revoke", id, text).errors.contains(text))
            #expect(try desk.suixin("clients", "keys", "revoke", id, try caller().credential).status == 0)
            #expect(throws: Refusal.revoked) { try caller() }

            let jwks = KeySet([try SigningKey().publicKey]).jwks
            try desk.write(String(decoding: jwks, as: UTF8.self), "client.jwks")
            #expect(
                try desk.suixin("clients", "jwks", "set", id, "client.jwks", "--json").json["keys"]?.array?.count == 1
            )
            try desk.write(#"{"keys":[{"kty":"EC","crv":"P-256","d":"AA"}]}"#, "private.jwks")
            #expect(try desk.suixin("clients", "jwks", "set", id, "private.jwks").errors.contains("private key"))
            let fingerprint = String(repeating: "AB:", count: 31) + "AB"
            let certified = try desk.suixin("clients", "certificates", id, fingerprint, "--json").json
            #expect(certified["certificates"] == .array([.string(String(repeating: "ab", count: 32))]))
            let page = try desk.suixin("clients", "list")
            #expect(page.output.contains("某平台") && page.output.contains("每 10 秒 5 次，每日 7 次"))
        }
    }

    @Test("Evidence is what was served, byte for byte, and the journal shows who touched it", .timeLimit(.minutes(20)))
    func evidence() async throws {
        try await blocking {
            let desk = try CommandDesk(enterprises: 10)
            defer { desk.close() }
            #expect(try desk.suixin("init", "--agencies", desk.agencies).status == 0)
            #expect(try desk.suixin("sync").status == 0)
            #expect(try desk.suixin("queries").status == 3)
            let id = try #require(try desk.suixin("clients", "add", "某平台", "--json").json["id"]?.string)
            let key = try desk.suixin("clients", "keys", "add", id).output.trimmingCharacters(in: .newlines)
            let table = try AccessTable(SQLiteAccessStore(path: desk.folder + "/data/access.db"), at: 0)
            let caller = try Authenticator(table, TokenConfiguration(issuer: "x"), keys: KeySet([]))
                .authenticate(ShownCredentials(apiKey: key), at: 0)

            // What was served: the present profile as it lies in an export, in two forms, and something of its own.
            let exported = try desk.suixin("export")
            let line = Array((exported.output.split(separator: "\n").first ?? "").utf8)
            let document = try SignedDocument(parsing: line)
            let payload = try JSONValue(parsing: document.unverifiedPayload)
            let enterprise = try #require(payload["sub"]?.string.flatMap { EnterpriseID($0) })
            let bodies: [(form: DocumentForm, bytes: [UInt8])] = [(.flattened, line), (.compact, document.compact)]
            let now = Int64(Date().timeIntervalSince1970 * 1000)
            var records: [JournalRecord] = []
            for (form, bytes) in bodies {
                var entry = entry(caller, enterprise, at: now)
                entry.answer = .stored(
                    StoredAnswer(
                        enterprise: enterprise,
                        version: payload["version"]?.string ?? "",
                        key: try document.unverifiedHeader.keyID ?? "",
                        issuedAt: payload["iat"]?.integer ?? 0,
                        form: form
                    )
                )
                entry.digest = Digest256(of: bytes)
                records.append(JournalRecord(entry))
            }
            records.append(
                JournalRecord(entry(caller, enterprise, at: now + 1), keeping: Array("found: 1\n".utf8), form: .plain)
            )
            try SQLiteJournalStore(path: desk.folder + "/data/journal.db").append(records)

            for (record, bytes) in zip(records, bodies.map(\.bytes) + [Array("found: 1\n".utf8)]) {
                let run = try desk.suixin("evidence", record.entry.id.text)
                #expect(run.status == 0 && Array(run.output.utf8) == bytes)
            }
            let first = records[0].entry.id.text
            #expect(try desk.suixin("evidence", first, "--output", "proof.json").status == 0)
            #expect(try Array(desk.read("proof.json").utf8) == line)
            #expect(try desk.suixin("evidence", first, "--output", "proof.json").status != 0)
            let json = try desk.suixin("evidence", first, "--json").json
            #expect(json["entry"]?["client"]?.string == id && json["body"]?.string == Base64URL.text(line))
            #expect(try desk.suixin("evidence", "q" + String(repeating: "0", count: 26)).status == 3)
            #expect(try desk.suixin("evidence", "nonsense").status == 64)

            let queries = try desk.lines(
                desk.suixin("queries", "--client", "某平台", "--enterprise", enterprise.text, "--json")
            )
            #expect(queries.count == 3)
            #expect(try desk.suixin("queries").output.contains("纠纷处理"))
            #expect(try desk.suixin("queries", "--since", "2999-01-01", "--json").output.isEmpty)
            #expect(try desk.suixin("queries", "--since", "yesterday").status == 64)

            #expect(try desk.suixin("journal", "check", "--json").json["faults"]?.integer == 0)
            #expect(try desk.suixin("journal", "prune").status == 64)
            #expect(try desk.suixin("journal", "prune", "--days", "1", "--json").json["pruned"]?.integer == 0)
        }
    }

    private func entry(_ caller: Caller, _ enterprise: EnterpriseID, at moment: Int64) -> QueryEntry {
        var entry = QueryEntry(
            id: QueryID(at: moment) { .random(in: .min ... .max) },
            caller: caller,
            endpoint: "enterprise",
            status: 200
        )
        entry.asked = [.enterprise(enterprise)]
        entry.purpose = Purpose("dispute")
        return entry
    }
}

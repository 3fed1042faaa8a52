import Access
import CreditModel
import Foundation
import SQLiteAccess
import Testing

@Suite("API keys open the exchange to their client alone")
struct KeyTests {
    @Test("A key is recognisable, names itself, and is not in the store")
    func form() throws {
        let office = try Office()
        let client = try office.client("平台")
        let key = try office.credential(.apiKey, of: client)
        #expect(key.text.hasPrefix("sxk_\(key.id)_"))
        #expect(key.text.utf8.count == 55)
        let caller = try office.caller(key: key.text)
        #expect(caller.id == client)
        #expect(caller.credential == key.id.text)
        let secret = String(key.text.dropFirst(17))
        for name in try FileManager.default.contentsOfDirectory(atPath: office.folder) {
            let data = try Data(contentsOf: URL(filePath: office.folder + "/" + name))
            #expect(data.range(of: Data(secret.utf8)) == nil, "\(name) holds a key's secret")
        }
        let mode = try FileManager.default.attributesOfItem(atPath: office.folder + "/access.db")[.posixPermissions]
        #expect(mode as? Int == 0o600)
    }

    @Test("It is taken from either header, the scheme in any case, and never from both")
    func headers() throws {
        let office = try Office()
        let key = try office.credential(.apiKey, of: office.client("平台")).text
        func ask(_ authorization: String?, _ apiKey: String?) throws(Refusal) -> Caller {
            try office.authenticator.authenticate(
                ShownCredentials(authorization: authorization, apiKey: apiKey),
                at: Office.noon
            )
        }
        for scheme in ["Bearer", "bearer", "BEARER"] { _ = try ask("\(scheme) \(key)", nil) }
        _ = try ask(nil, key)
        #expect(throws: Refusal.malformed) { try ask("Bearer \(key)", key) }
        #expect(throws: Refusal.missing) { try ask(nil, nil) }
    }

    @Test(
        "What is no key is refused, whatever it looks like",
        arguments: [
            "", "Bearer", "Bearer ", "Bearer  ", "Basic abc", "Bearer sxk_", "Bearersxk_", "Bearer sxk_000000000000_",
            "Bearer \u{0}", "Bearer é", "Bearer ....", "Bearer a.b.c", "Bearer {}", "Bearer sxz_000000000000_0",
            "Bearer " + String(repeating: "a", count: 100_000), "Bearer sxk_" + String(repeating: "税", count: 17),
        ]
    )
    func negative(_ text: String) throws {
        let office = try Office()
        #expect(throws: Refusal.malformed) {
            try office.authenticator.authenticate(ShownCredentials(authorization: text), at: Office.noon)
        }
    }

    @Test("A key with any one character changed opens nothing")
    func everyCharacterCounts() throws {
        let office = try Office()
        let key = Array(try office.credential(.apiKey, of: office.client("平台")).text.utf8)
        for place in key.indices {
            for replacement in [UInt8(ascii: "0"), UInt8(ascii: "z"), UInt8(ascii: "Z")] where key[place] != replacement
            {
                var changed = key
                changed[place] = replacement
                #expect(throws: Refusal.self) { try office.caller(key: String(decoding: changed, as: UTF8.self)) }
            }
        }
        for length in [0, 10, key.count - 1] {
            #expect(throws: Refusal.malformed) {
                try office.caller(key: String(decoding: key[..<length], as: UTF8.self))
            }
        }
        #expect(throws: Refusal.malformed) { try office.caller(key: String(decoding: key + key, as: UTF8.self)) }
    }

    @Test("A mistyped key is told from one that is not there; callers hear the same of both")
    func checksum() throws {
        let office = try Office()
        let client = try office.client("平台")
        let key = try office.credential(.apiKey, of: client).text
        var random = Dice(seed: 99)
        let stranger = Credential.make(.apiKey, for: client, created: 0, using: &random).text
        let mistyped = key.dropLast() + (key.last == "0" ? "1" : "0")
        #expect(throws: Refusal.unknown) { try office.caller(key: stranger) }
        #expect(throws: Refusal.malformed) { try office.caller(key: String(mistyped)) }
        let challenges = [Refusal.malformed, .unknown, .expired, .revoked, .disabled, .certificate].map {
            $0.challenge(realm: "suixin")
        }
        #expect(Set(challenges) == ["Bearer realm=\"suixin\", error=\"invalid_token\""])
        #expect(Refusal.missing.challenge(realm: "suixin") == "Bearer realm=\"suixin\"")
    }

    @Test("Another key's id before a key's secret opens nothing")
    func mixed() throws {
        let office = try Office()
        let first = try office.credential(.apiKey, of: office.client("甲")).text
        let second = try office.credential(.apiKey, of: office.client("乙")).text
        #expect(throws: Refusal.self) { try office.caller(key: String(Array(first)[..<17] + Array(second)[17...])) }
    }

    @Test("A key ends with its time, its revocation, or its client's; rotation leaves the other key alone")
    func ends() throws {
        let office = try Office()
        let client = try office.client("平台")
        let end = Office.noon / 1000 + 60
        let short = try office.credential(.apiKey, of: client, expires: end).text
        let old = try office.credential(.apiKey, of: client)
        let new = try office.credential(.apiKey, of: client).text
        _ = try office.caller(key: short, at: end * 1000 - 1)
        #expect(throws: Refusal.expired) { try office.caller(key: short, at: end * 1000) }
        try office.store.revoke(old.id, of: client, at: Office.noon / 1000)
        // Another process did that: it holds once the table has looked.
        _ = try office.caller(key: old.text)
        try office.table.refresh(at: Office.noon)
        #expect(throws: Refusal.revoked) { try office.caller(key: old.text) }
        _ = try office.caller(key: new)
        try office.change(client) { $0.disabled = "欠费" }
        #expect(throws: Refusal.disabled) { try office.caller(key: new) }
        try office.change(client) { $0.disabled = nil }
        _ = try office.caller(key: new)
    }

    @Test("A client secret is no API key, and an API key no secret")
    func kinds() throws {
        let office = try Office()
        let client = try office.client("平台")
        let secret = try office.credential(.secret, of: client).text
        let key = try office.credential(.apiKey, of: client).text
        #expect(throws: Refusal.malformed) { try office.caller(key: secret) }
        let error = #expect(throws: OAuthError.self) { try office.token(client, key) }
        #expect(error?.code == .invalidClient)
    }

    @Test("Where certificates are set, each way in needs one of them")
    func certificates() throws {
        let office = try Office()
        let own = Digest256(of: Array("own".utf8))
        let other = Digest256(of: Array("other".utf8))
        let client = try office.client("平台") { $0.certificates = [own] }
        let key = try office.credential(.apiKey, of: client).text
        _ = try office.caller(key: key, certificate: own)
        #expect(throws: Refusal.certificate) { try office.caller(key: key, certificate: other) }
        #expect(throws: Refusal.certificate) { try office.caller(key: key) }
        // Who has set none is not hindered by the one that he happens to show.
        let free = try office.credential(.apiKey, of: office.client("另一平台")).text
        _ = try office.caller(key: free, certificate: other)
    }

    @Test("The last day of a key's use is kept, and moves forward only")
    func lastUse() throws {
        let office = try Office()
        let client = try office.client("平台")
        let key = try office.credential(.apiKey, of: client)
        func lastUsed() throws -> Day? {
            try office.table.refresh(at: Office.noon)
            return try office.store.credentials(of: client).first?.lastUsed
        }
        #expect(try lastUsed() == nil)
        _ = try office.caller(key: key.text)
        #expect(try lastUsed() == Day("2026-03-01"))
        _ = try office.caller(key: key.text, at: Office.noon + 86_400_000)
        _ = try office.caller(key: key.text)
        #expect(try lastUsed() == Day("2026-03-02"))
    }
}

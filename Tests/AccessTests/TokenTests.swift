import Access
import CanonicalJSON
import CreditModel
import Signing
import Testing

@Suite("Tokens open the exchange for their time, their client and their scopes")
struct TokenTests {
    @Test("A secret is exchanged for a token of RFC 9068, which is let in without the store")
    func roundTrip() throws {
        let office = try Office()
        let client = try office.client("平台", .of(.readEnterprises, .tax))
        let secret = try office.credential(.secret, of: client).text
        let response = try office.token(client, secret)
        #expect(response.expiresIn == 900)
        let document = try SignedDocument(parsing: Array(response.accessToken.utf8))
        #expect(try document.unverifiedHeader.type?.rawValue == "at+jwt")
        let claims = try JSONValue(parsing: document.unverifiedPayload)
        #expect(claims["iss"]?.string == Office.issuer)
        #expect(claims["aud"]?.string == Office.issuer)
        #expect(claims["sub"]?.string == client.text)
        #expect(claims["client_id"]?.string == client.text)
        #expect(claims["scope"]?.string == "enterprises:read section:tax")
        #expect(claims["exp"]?.integer == Office.noon / 1000 + 900)
        let caller = try office.caller(key: response.accessToken)
        #expect(caller.id == client)
        #expect(caller.scopes == .of(.readEnterprises, .tax))
        #expect(caller.credential == claims["jti"]?.string)
        let json = try JSONValue(parsing: response.json)
        #expect(json["token_type"]?.string == "Bearer")
        #expect(json["access_token"]?.string == response.accessToken)
        #expect(json["scope"]?.string == "enterprises:read section:tax")
    }

    @Test("A token ends with its time, whether its signature was checked before or not")
    func expiry() throws {
        let office = try Office()
        let client = try office.client("平台")
        let secret = try office.credential(.secret, of: client).text
        for isKnown in [true, false] {
            let token = try office.token(client, secret).accessToken
            if isKnown { _ = try office.caller(key: token) }
            _ = try office.caller(key: token, at: Office.noon + 899_999)
            #expect(throws: Refusal.expired) { try office.caller(key: token, at: Office.noon + 900_000) }
            #expect(throws: Refusal.expired) { try office.caller(key: token, at: Office.noon - 31_000) }
        }
    }

    @Test("Revocation of tokens, of scopes, and of the client hold for tokens that were let in before")
    func revocation() throws {
        let office = try Office()
        let client = try office.client("平台")
        let secret = try office.credential(.secret, of: client).text
        let token = try office.token(client, secret).accessToken
        #expect(try office.caller(key: token).scopes == .all)
        try office.change(client) { $0.scopes = .of(.readEnterprises, .tax) }
        #expect(try office.caller(key: token).scopes == .of(.readEnterprises, .tax))
        try office.change(client) { $0.disabled = "滥用" }
        #expect(throws: Refusal.disabled) { try office.caller(key: token) }
        try office.change(client) {
            $0.disabled = nil
            $0.revokeTokens(at: Office.noon / 1000)
        }
        #expect(throws: Refusal.revoked) { try office.caller(key: token) }
        let next = try office.token(client, secret, at: Office.noon + 1_000).accessToken
        _ = try office.caller(key: next, at: Office.noon + 1_000)
    }

    @Test("A token that was not signed as one, by this exchange, for this exchange, is refused")
    func corpus() throws {
        let office = try Office()
        let client = try office.client("平台")
        let now = Office.noon / 1000
        let good: [String: JSONValue] = [
            "aud": .string(Office.issuer), "client_id": .string(client.text), "exp": .integer(now + 600),
            "iat": .integer(now), "iss": .string(Office.issuer), "jti": .string("t1"),
            "scope": .string("enterprises:read section:*"), "sub": .string(client.text),
        ]
        func token(
            _ change: (inout [String: JSONValue]) -> Void = { _ in },
            key: SigningKey? = nil,
            type: DocumentType = .accessToken
        ) throws -> [UInt8] {
            var claims = good
            change(&claims)
            return try (key ?? office.key).sign(JSONValue.object(claims).canonical, as: type).compact
        }
        func refusal(_ token: [UInt8]) -> Refusal? {
            do throws(Refusal) {
                _ = try office.caller(key: String(decoding: token, as: UTF8.self))
                return nil
            } catch { return error }
        }
        #expect(refusal(try token()) == nil)
        // Each with one rule broken.
        #expect(refusal(try token { $0["iss"] = .string("https://other.example") }) == .malformed)
        #expect(refusal(try token { $0["aud"] = .string("https://other.example") }) == .malformed)
        #expect(refusal(try token { $0["aud"] = nil }) == .malformed)
        #expect(refusal(try token { $0["sub"] = .string("cothercother1") }) == .malformed)
        #expect(refusal(try token { $0["client_id"] = .string("c000000000000") }) == .malformed)
        #expect(refusal(try token { $0["exp"] = .integer(now) }) == .expired)
        #expect(refusal(try token { $0["exp"] = nil }) == .malformed)
        #expect(refusal(try token { $0["iat"] = .integer(now + 3_600) }) == .expired)
        #expect(refusal(try token { $0["iat"] = nil }) == .malformed)
        #expect(refusal(try token { $0["jti"] = nil }) == .malformed)
        #expect(refusal(try token { $0["scope"] = .string("everything") }) == .malformed)
        #expect(refusal(try token { $0["scope"] = nil }) == .malformed)
        #expect(refusal(try token { $0["cnf"] = .object(["jkt": .string("x")]) }) == .malformed)
        #expect(
            refusal(
                try token {
                    for name in ["sub", "client_id"] { $0[name] = .string("c000000000000") }
                }
            ) == .unknown
        )
        #expect(refusal(try token(key: SigningKey())) == .unknown)
        // A profile whose payload says the right things is no token.
        for type in [DocumentType.profile, .status, DocumentType(rawValue: "JWT")] {
            #expect(refusal(try token(type: type)) == .unknown)
        }
        let parts = try token().split(separator: UInt8(ascii: "."))
        let none = Base64URL.encode(Array(#"{"alg":"none","kid":"\#(office.key.keyID)","typ":"at+jwt"}"#.utf8))
        let hmac = Base64URL.encode(Array(#"{"alg":"HS256","kid":"\#(office.key.keyID)","typ":"at+jwt"}"#.utf8))
        for header in [none, hmac] {
            #expect(refusal(Array([ArraySlice(header), parts[1], parts[2]].joined(separator: [0x2E]))) == .unknown)
            #expect(refusal(Array([ArraySlice(header), parts[1], []].joined(separator: [0x2E]))) == .unknown)
        }
        let flattened = try SignedDocument(parsing: token()).flattened
        #expect(refusal(flattened) == .malformed)
        var changed = try token()
        changed[parts[0].count + 5] ^= 1
        #expect(refusal(changed) != nil)
    }

    @Test("A key that was given up vouches for tokens no longer than a token lives")
    func rotation() throws {
        let office = try Office()
        var ring = try KeyRing(folder: office.folder + "/keys")
        let start = Office.noon / 1000
        try ring.create(created: start)
        let old = ring.entries[0].keyID
        try ring.rotate(created: start + 10_000)
        let configuration = office.configuration
        #expect(configuration.keys(of: ring, at: start + 10_000)[old] != nil)
        #expect(configuration.keys(of: ring, at: start + 10_000 + 929)[old] != nil)
        #expect(configuration.keys(of: ring, at: start + 10_000 + 931)[old] == nil)
        #expect(configuration.keys(of: ring, at: start + 20_000).keys.map(\.keyID) == [ring.entries[1].keyID])
    }

    @Test("A key that is taken away takes with it what it signed, checked before or not; an unknown one is wished for")
    func keysChange() throws {
        let office = try Office()
        let client = try office.client("平台")
        let token = try office.token(client, office.credential(.secret, of: client).text).accessToken
        _ = try office.caller(key: token)
        #expect(!office.authenticator.takeWishForKeys())
        office.authenticator.use(KeySet([try SigningKey().publicKey]))
        #expect(throws: Refusal.unknown) { try office.caller(key: token) }
        #expect(office.authenticator.takeWishForKeys())
        #expect(!office.authenticator.takeWishForKeys())
        office.authenticator.use(KeySet([office.key.publicKey]))
        _ = try office.caller(key: token)
    }

    @Test("However many tokens come, each is judged as before")
    func manyTokens() throws {
        let office = try Office(capacity: 4)
        let client = try office.client("平台", .of(.readEnterprises, .allSections))
        let secret = try office.credential(.secret, of: client).text
        let tokens = try (0..<20).map { number in
            try office.token(client, secret, scope: number % 2 == 0 ? "enterprises:read" : "section:tax").accessToken
        }
        for round in 0..<3 {
            for (number, token) in tokens.enumerated() {
                let scopes = try office.caller(key: token).scopes
                #expect(scopes == (number % 2 == 0 ? .of(.readEnterprises) : .of(.tax)), "round \(round)")
            }
        }
    }

    @Test("A token of a client with certificates is bound to the one that it was asked for with")
    func bound() throws {
        let office = try Office()
        let (first, second) = (Digest256(of: [1]), Digest256(of: [2]))
        let client = try office.client("平台") { $0.certificates = [first, second] }
        let secret = try office.credential(.secret, of: client).text
        let form = FormParameters([
            "grant_type": "client_credentials", "client_id": client.text, "client_secret": secret,
        ])
        #expect(throws: OAuthError.self) { try office.service.issue(TokenRequest(form), at: Office.noon) }
        let token = try office.service.issue(TokenRequest(form, certificate: first), at: Office.noon).accessToken
        _ = try office.caller(key: token, certificate: first)
        #expect(throws: Refusal.certificate) { try office.caller(key: token, certificate: second) }
        #expect(throws: Refusal.certificate) { try office.caller(key: token) }
    }
}

import Access
import CanonicalJSON
import CreditModel
import Foundation
import SQLiteAccess
import Signing
import Testing

@Suite("The token endpoint gives tokens to whom they belong (RFC 6749, RFC 7523)")
struct TokenRequestTests {
    private static let assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

    /// What came of a request: a token's scopes, or the error.
    private func answer(_ office: Office, _ request: TokenRequest, at now: Int64 = Office.noon) throws -> Result<
        ScopeSet, OAuthError
    > {
        do { return .success(try office.service.issue(request, at: now).scopes) } catch let error as OAuthError {
            return .failure(error)
        }
    }

    private func form(_ body: String) throws -> FormParameters {
        try #require(FormParameters(parsing: Array(body.utf8)))
    }

    private func basic(_ id: String, _ secret: String) -> String {
        "Basic " + Data("\(id):\(secret)".utf8).base64EncodedString()
    }

    @Test("Secrets come in the header or in the body, and both ways give the same")
    func secrets() throws {
        let office = try Office()
        let client = try office.client("平台", .of(.readEnterprises, .tax))
        let secret = try office.credential(.secret, of: client).text
        let header = TokenRequest(
            try form("grant_type=client_credentials"),
            authorization: basic(client.text, secret)
        )
        #expect(try answer(office, header).get() == .of(.readEnterprises, .tax))
        let body = TokenRequest(
            try form("grant_type=client_credentials&client_id=\(client)&client_secret=\(secret)&scope=section%3Atax")
        )
        #expect(try answer(office, body).get() == .of(.tax))
        let plus = TokenRequest(
            try form(
                "grant_type=client_credentials&client_id=\(client)&client_secret=\(secret)&scope=section:tax+enterprises:read"
            )
        )
        #expect(try answer(office, plus).get() == .of(.readEnterprises, .tax))
    }

    @Test("Each broken rule has the error that RFC 6749 gives it")
    func errors() throws {
        let office = try Office()
        let client = try office.client("平台", .of(.readEnterprises, .tax))
        let other = try office.client("另一平台")
        let secret = try office.credential(.secret, of: client).text
        func code(_ body: String, _ authorization: String? = nil) throws -> String {
            switch try answer(office, TokenRequest(form(body), authorization: authorization)) {
            case .success: return "token"
            case .failure(let error):
                let json = try JSONValue(parsing: error.json)
                #expect(error.status == (error.code == .invalidClient ? 401 : 400))
                #expect((error.challenge(realm: "x") != nil) == (error.status == 401 && authorization != nil))
                #expect(!String(decoding: error.json, as: UTF8.self).contains(secret.suffix(20)))
                return json["error"]?.string ?? ""
            }
        }
        let who = "client_id=\(client)&client_secret=\(secret)"
        let grant = "grant_type=client_credentials"
        #expect(try code("\(grant)&\(who)") == "token")
        #expect(try code(who) == "invalid_request")
        #expect(try code("grant_type=&\(who)") == "invalid_request")
        #expect(try code("grant_type=password&\(who)") == "unsupported_grant_type")
        #expect(try code("grant_type=authorization_code&\(who)") == "unsupported_grant_type")
        #expect(try code("\(grant)&\(who)&scope=section:penalties") == "invalid_scope")
        #expect(try code("\(grant)&\(who)&scope=section:*") == "invalid_scope")
        #expect(try code("\(grant)&\(who)&scope=nonsense") == "invalid_scope")
        #expect(try code("\(grant)&\(who)&scope=section:tax++section:tax") == "invalid_scope")
        #expect(try code(grant) == "invalid_client")
        #expect(try code("\(grant)&client_id=\(client)") == "invalid_client")
        #expect(try code("\(grant)&client_secret=\(secret)") == "invalid_client")
        #expect(try code("\(grant)&client_id=\(other)&client_secret=\(secret)") == "invalid_client")
        #expect(try code("\(grant)&client_id=\(client)&client_secret=wrong") == "invalid_client")
        #expect(try code("\(grant)&\(who)", basic(client.text, secret)) == "invalid_request")
        #expect(try code("\(grant)&client_id=\(other)", basic(client.text, secret)) == "invalid_client")
        #expect(try code(grant, basic(other.text, secret)) == "invalid_client")
        for malformed in ["Basic", "Basic ", "Basic ====", "Basic a", "Bearer abcd", "Basic YWJj", "Basic YW-_"] {
            #expect(try code(grant, malformed) == "invalid_client")
        }
    }

    @Test(
        "A body that is no form, or names a parameter twice, is refused",
        arguments: [
            "grant_type=client_credentials&grant_type=client_credentials", "scope=%", "scope=%4", "scope=%zz",
            "a=%FF%FE",
            "a=1&%61=2", String(repeating: "a", count: 20_000), (0..<40).map { "p\($0)=1" }.joined(separator: "&"),
        ]
    )
    func forms(_ body: String) { #expect(FormParameters(parsing: Array(body.utf8)) == nil) }

    @Test("Neither error nor time tells whether a client is known: all say the same")
    func oneAnswer() throws {
        let office = try Office()
        let client = try office.client("平台")
        let secret = try office.credential(.secret, of: client).text
        try office.change(client) { $0.disabled = "停用" }
        var bodies: Set<[UInt8]> = []
        for (id, secret) in [(client.text, secret), (client.text, "x"), ("c000000000000", secret), ("nobody", "")] {
            let request = TokenRequest(try form("grant_type=client_credentials"), authorization: basic(id, secret))
            guard case .failure(let error) = try answer(office, request) else {
                Issue.record("let in")
                continue
            }
            bodies.insert(error.json)
        }
        #expect(bodies.count == 1)
    }

    // MARK: private_key_jwt

    private func claims(_ client: ClientID, _ change: (inout [String: JSONValue]) -> Void = { _ in }) -> [UInt8] {
        let now = Office.noon / 1000
        var claims: [String: JSONValue] = [
            "iss": .string(client.text), "sub": .string(client.text), "aud": .string(Office.issuer + "/oauth2/token"),
            "exp": .integer(now + 120), "iat": .integer(now), "jti": .string(UUID().uuidString),
        ]
        change(&claims)
        return JSONValue.object(claims).canonical
    }

    private func request(_ assertion: [UInt8], type: String = assertionType) -> TokenRequest {
        TokenRequest(
            FormParameters([
                "grant_type": "client_credentials", "client_assertion_type": type,
                "client_assertion": String(decoding: assertion, as: UTF8.self),
            ])
        )
    }

    @Test("A client with a key of its own needs no secret", arguments: SignatureAlgorithm.allCases)
    func assertion(_ algorithm: SignatureAlgorithm) throws {
        let office = try Office()
        let key = try SigningKey(algorithm)
        let client = try office.client("平台") { $0.keys = KeySet([key.publicKey]) }
        for type in ["JWT", "jwt", "client-authentication+jwt"] {
            let assertion = try key.sign(claims(client), as: DocumentType(rawValue: type)).compact
            #expect(try answer(office, request(assertion)).get() == .all)
        }
        let list = try key.sign(
            claims(client) { $0["aud"] = .array([.string("https://other.example"), .string(Office.issuer)]) },
            as: DocumentType(rawValue: "JWT")
        )
        #expect(try answer(office, request(list.compact)).get() == .all)
    }

    @Test("An assertion is good once, for this desk, for another over the same store, and after a restart")
    func replay() throws {
        let office = try Office()
        let key = try SigningKey()
        let client = try office.client("平台") { $0.keys = KeySet([key.publicKey]) }
        let assertion = try key.sign(claims(client), as: DocumentType(rawValue: "JWT")).compact
        _ = try answer(office, request(assertion)).get()
        let again = try answer(office, request(assertion))
        #expect(throws: OAuthError.self) { try again.get() }
        let store = try SQLiteAccessStore(path: office.folder + "/access.db")
        let signing = office.key
        let other = TokenService(
            try AccessTable(store, at: Office.noon),
            store: store,
            office.configuration,
            signingKey: { signing },
            random: { 4 }
        )
        #expect(throws: OAuthError.self) { try other.issue(request(assertion), at: Office.noon) }
        // Its time over it is forgotten, and refused for its age.
        let late = Office.noon + 200_000
        #expect(throws: OAuthError.self) { try other.issue(request(assertion), at: late) }
    }

    @Test("An assertion with one rule broken is refused, whoever signed it")
    func corpus() throws {
        let office = try Office()
        let (key, otherKey) = (try SigningKey(), try SigningKey())
        let client = try office.client("平台") { $0.keys = KeySet([key.publicKey]) }
        let other = try office.client("另一平台") { $0.keys = KeySet([otherKey.publicKey]) }
        let keyless = try office.client("无钥匙")
        let now = Office.noon / 1000
        let jwt = DocumentType(rawValue: "JWT")
        func reason(_ assertion: [UInt8]) throws -> String {
            switch try answer(office, request(assertion)) {
            case .success: return "token"
            case .failure(let error):
                #expect(error.code == .invalidClient)
                return error.reason
            }
        }
        func reason(_ change: (inout [String: JSONValue]) -> Void) throws -> String {
            try reason(key.sign(claims(client, change), as: jwt).compact)
        }
        #expect(try reason { _ in } == "token")
        #expect(try reason { $0["aud"] = .string("https://other.example/token") } == "assertion: audience")
        #expect(try reason { $0["aud"] = nil } == "assertion: audience")
        #expect(try reason { $0["aud"] = .string(Office.issuer + "/") } == "assertion: audience")
        #expect(try reason { $0["exp"] = .integer(now - 31) } == "assertion: expiry")
        #expect(try reason { $0["exp"] = nil } == "assertion: expiry")
        #expect(try reason { $0["exp"] = .string("soon") } == "assertion: expiry")
        #expect(try reason { $0["exp"] = .integer(now + 3_600) } == "assertion: lifetime")
        #expect(try reason { $0["exp"] = .integer(.max) } == "assertion: lifetime")
        #expect(try reason { $0["exp"] = .integer(.min) } == "assertion: expiry")
        #expect(try reason { $0["iat"] = .integer(now + 60) } == "assertion: issued")
        #expect(try reason { $0["iat"] = .string("now") } == "assertion: issued")
        #expect(try reason { $0["nbf"] = .integer(now + 60) } == "assertion: notYet")
        #expect(try reason { $0["jti"] = nil } == "assertion: id")
        #expect(try reason { $0["jti"] = .string("") } == "assertion: id")
        #expect(try reason { $0["jti"] = .string(String(repeating: "x", count: 257)) } == "assertion: id")
        #expect(try reason { $0["iss"] = .string(other.text) } == "assertion: issuer")
        #expect(try reason { $0["sub"] = .string(other.text) } == "assertion: issuer")
        #expect(try reason { $0["iss"] = nil } == "assertion: issuer")
        // Another client's key, a key that nobody has, and a client that has none.
        #expect(try reason(otherKey.sign(claims(client), as: jwt).compact) == "assertion: key")
        #expect(try reason(key.sign(claims(other), as: jwt).compact) == "assertion: key")
        #expect(try reason(key.sign(claims(keyless), as: jwt).compact) == "assertion: key")
        #expect(try reason(office.key.sign(claims(client), as: jwt).compact) == "assertion: key")
        // What was signed as something else.
        for type in ["at+jwt", "suixin-profile+jws", "dpop+jwt"] {
            #expect(try reason(key.sign(claims(client), as: DocumentType(rawValue: type)).compact) == "assertion: type")
        }
        #expect(try reason(key.sign(claims(client), as: jwt).flattened) == "assertion: form")
        let parts = try key.sign(claims(client), as: jwt).compact.split(separator: UInt8(ascii: "."))
        for algorithm in ["none", "HS256", "RS256"] {
            let header = Base64URL.encode(Array(#"{"alg":"\#(algorithm)","typ":"JWT"}"#.utf8))
            let forged = Array([ArraySlice(header), parts[1], parts[2]].joined(separator: [0x2E]))
            #expect(try reason(forged) == "assertion: signature")
            #expect(try reason(Array(forged.dropLast(parts[2].count))) == "assertion: signature")
        }
        for text in ["", ".", "..", "a.b.c", "{}", String(repeating: "a", count: 10_000)] {
            #expect(try reason(Array(text.utf8)) != "token")
        }
        let signed = try key.sign(claims(client), as: jwt).compact
        let wrong = request(signed, type: "urn:ietf:params:oauth:client-assertion-type:saml2-bearer")
        guard case .failure(let error) = try answer(office, wrong) else {
            Issue.record("let in")
            return
        }
        #expect(error.code == .invalidRequest)
    }
}

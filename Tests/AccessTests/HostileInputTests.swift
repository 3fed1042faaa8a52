import Access
import CanonicalJSON
import CreditModel
import Foundation
import Signing
import Testing

@Suite("Whatever is shown, nobody is let in but by what he was given")
struct HostileInputTests {
    /// The text with some bytes changed, cut, put in or doubled.
    private func damaged(_ text: String, _ dice: inout Dice) -> String {
        var bytes = Array(text.utf8)
        for _ in 0..<Int.random(in: 1...3, using: &dice) {
            let place = Int.random(in: 0...max(0, bytes.count - 1), using: &dice)
            switch Int.random(in: 0..<5, using: &dice) {
            case 0 where !bytes.isEmpty: bytes[place] ^= 1 << UInt8.random(in: 0..<7, using: &dice)
            case 1: bytes.removeLast(min(bytes.count, place))
            case 2: bytes.insert(UInt8.random(in: 0...127, using: &dice), at: min(place, bytes.count))
            case 3: bytes += bytes.prefix(40)
            default: bytes.insert(contentsOf: Array("税.=&%".utf8), at: min(place, bytes.count))
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test("A key or token that was changed anywhere is refused", arguments: 0..<8)
    func credentials(_ seed: UInt64) throws {
        let office = try Office()
        let client = try office.client("平台")
        let key = try office.credential(.apiKey, of: client).text
        let token = try office.token(client, office.credential(.secret, of: client).text).accessToken
        var dice = Dice(seed: seed)
        for _ in 0..<300 {
            for text in [key, token] {
                let shown = damaged(text, &dice)
                guard shown != text else { continue }
                #expect(throws: Refusal.self) { try office.caller(key: shown) }
                #expect(throws: Refusal.self) {
                    try office.authenticator.authenticate(ShownCredentials(apiKey: shown), at: Office.noon)
                }
                let header = damaged("Bearer \(text)", &dice)
                let caller = try? office.authenticator.authenticate(
                    ShownCredentials(authorization: header),
                    at: Office.noon
                )
                // The scheme's case is the one thing that does not matter.
                if caller != nil { #expect(header.lowercased() == "Bearer \(text)".lowercased()) }
            }
        }
    }

    @Test("A token request that was changed anywhere gives no token for anybody else, and no more than was granted")
    func requests() throws {
        let office = try Office()
        let client = try office.client("平台", .of(.readEnterprises, .tax))
        _ = try office.client("另一平台")
        let secret = try office.credential(.secret, of: client).text
        let body = "grant_type=client_credentials&client_id=\(client)&client_secret=\(secret)&scope=section:tax"
        let basic = "Basic " + Data("\(client):\(secret)".utf8).base64EncodedString()
        var dice = Dice(seed: 3)
        var given = 0
        for _ in 0..<3_000 {
            let byBody = FormParameters(parsing: Array(damaged(body, &dice).utf8)).map { TokenRequest($0) }
            let byHeader = TokenRequest(
                FormParameters(["grant_type": "client_credentials"]),
                authorization: damaged(basic, &dice)
            )
            for request in [byBody, byHeader].compactMap({ $0 }) {
                guard let response = try? office.service.issue(request, at: Office.noon) else { continue }
                given += 1
                #expect(response.client == client)
                #expect(response.scopes.isSubset(of: .of(.readEnterprises, .tax)))
            }
        }
        // What the change left alone, such as a parameter that nobody reads.
        #expect(given < 600)
    }

    @Test("An assertion that was changed anywhere is refused, and one whose numbers are out of range")
    func assertions() throws {
        let office = try Office()
        let key = try SigningKey()
        let client = try office.client("平台") { $0.keys = KeySet([key.publicKey]) }
        let now = Office.noon / 1000
        func request(_ assertion: String) -> TokenRequest {
            TokenRequest(
                FormParameters([
                    "grant_type": "client_credentials", "client_assertion": assertion,
                    "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                ])
            )
        }
        func signed(_ claims: [String: JSONValue]) throws -> String {
            let good: [String: JSONValue] = [
                "iss": .string(client.text), "sub": .string(client.text), "aud": .string(Office.issuer),
                "exp": .integer(now + 120), "jti": .string("j"),
            ]
            let payload = JSONValue.object(good.merging(claims) { $1 }).canonical
            return String(decoding: try key.sign(payload, as: DocumentType(rawValue: "JWT")).compact, as: UTF8.self)
        }
        let assertion = try signed([:])
        var dice = Dice(seed: 5)
        for _ in 0..<500 {
            let shown = damaged(assertion, &dice)
            guard shown != assertion else { continue }
            #expect(throws: OAuthError.self) { try office.service.issue(request(shown), at: Office.noon) }
        }
        for number in [Int64.min, .min + 1, -1, 0, .max - 1, .max] {
            for name in ["exp", "nbf", "iat"] where name == "exp" || number > now {
                let shown = try signed([name: .integer(number)])
                #expect(throws: OAuthError.self) { try office.service.issue(request(shown), at: Office.noon) }
            }
        }
        _ = try office.service.issue(request(assertion), at: Office.noon)
    }
}

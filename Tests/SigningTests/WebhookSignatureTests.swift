import Signing
import Testing

@Suite("Webhooks are signed as Standard Webhooks says")
struct WebhookSignatureTests {
    private static let body = Array(#"{"test": 2432232314}"#.utf8)
    private static let id = "msg_p5jXN8AQM9LWM0D4loKWxJek"
    private static let timestamp: Int64 = 1_614_265_330

    private static func header(_ secrets: [WebhookSecret], _ key: SigningKey?) throws -> String {
        try WebhookSignature.header(id: id, timestamp: timestamp, body: body, secrets: secrets, key: key)
    }

    @Test("The reference libraries' vectors: v1 and v1a")
    func vectors() throws {
        let secret = try #require(WebhookSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
        let key = try SigningKey(.edDSA, secret: Array("TESTSIGNINGKEYDONOTUSETHISFORANY".utf8))
        let v1 = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        let v1a = "v1a,tQ9V2XOqn7jL/DQenEFpqIugdBVtiMmER5mhSkXBNwM0mkATuDe6KYYUuxqtaiHeYGb7KaaBRdM5WqyeFiL8Ag=="
        #expect(try Self.header([secret], nil) == v1)
        #expect(try Self.header([], key) == v1a)
        #expect(try Self.header([secret], key) == "\(v1) \(v1a)")
        #expect(WebhookSecret("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw") == secret)
        #expect(secret.text == "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
        #expect(key.publicKey.webhookText?.hasPrefix("whpk_") == true)
    }

    @Test("Each part that is signed counts")
    func changes() throws {
        let secret = WebhookSecret(installation: [1, 2, 3], webhook: "h1", generation: 0)
        let key = try SigningKey(.edDSA)
        let header = try Self.header([secret], key)
        func isValid(_ header: String, _ id: String, _ timestamp: Int64, _ body: [UInt8]) -> [Bool] {
            [
                WebhookSignature.isValid(header, id: id, timestamp: timestamp, body: body, secret: secret),
                WebhookSignature.isValid(header, id: id, timestamp: timestamp, body: body, key: key.publicKey),
            ]
        }
        #expect(isValid(header, Self.id, Self.timestamp, Self.body) == [true, true])
        #expect(isValid("v1,AAAA " + header, Self.id, Self.timestamp, Self.body) == [true, true])
        #expect(isValid(header, Self.id + "x", Self.timestamp, Self.body) == [false, false])
        #expect(isValid(header, Self.id, Self.timestamp + 1, Self.body) == [false, false])
        #expect(isValid(header, Self.id, Self.timestamp, Self.body + [0x20]) == [false, false])
        for broken in ["", "v1,", "v1a,", header.replacing("v1", with: "v3")] {
            #expect(isValid(broken, Self.id, Self.timestamp, Self.body) == [false, false])
        }
    }

    @Test("Secrets differ by installation, webhook and generation; an ES256 key signs no webhook")
    func secrets() throws {
        let secrets = [
            WebhookSecret(installation: [1], webhook: "h1", generation: 0),
            WebhookSecret(installation: [2], webhook: "h1", generation: 0),
            WebhookSecret(installation: [1], webhook: "h2", generation: 0),
            WebhookSecret(installation: [1], webhook: "h1", generation: 1),
        ]
        #expect(Set(secrets.map(\.text)).count == 4)
        #expect(WebhookSecret(secrets[0].text) == secrets[0] && secrets[0] != secrets[1])
        #expect(throws: SigningError.self) { try Self.header([], SigningKey(.es256)) }
        for text in ["", "whsec_", "whsec_AAAA", "whsec_!!!!", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS"] {
            #expect(WebhookSecret(text) == nil)
        }
    }
}

import Signing
import Testing

@Suite("A document that was touched is not genuine")
struct HostileDocumentTests {
    private let key: SigningKey
    private let other: SigningKey
    private let keys: KeySet
    private let payload = bytes(#"{"iss":"https://credit.example","n":1}"#)

    init() throws {
        key = try SigningKey(.es256)
        other = try SigningKey(.edDSA)
        keys = KeySet([key.publicKey, other.publicKey])
    }

    private func forged(header: String, payload: [UInt8], signature: [UInt8]) -> [UInt8] {
        [Base64URL.text(bytes(header)), Base64URL.text(payload), Base64URL.text(signature)].joined(separator: ".").utf8.map { $0 }
    }

    @Test("One bit changed anywhere is found", arguments: SignatureAlgorithm.allCases)
    func everyBit(_ algorithm: SignatureAlgorithm) throws {
        let signer = algorithm == .es256 ? key : other
        let compact = try signer.sign(payload, as: .profile).compact
        for position in compact.indices {
            var changed = compact
            changed[position] ^= 1
            #expect(throws: SigningError.self, "byte \(position)") {
                try keys.verify(SignedDocument(parsing: changed))
            }
        }
    }

    @Test("A part of one document does not fit another")
    func partsMixed() throws {
        let a = try key.sign(payload, as: .profile).compact.split(separator: UInt8(ascii: "."))
        let b = try key.sign(payload + [0x20], as: .status).compact.split(separator: UInt8(ascii: "."))
        for parts in [[a[0], b[1], a[2]], [a[0], a[1], b[2]], [b[0], a[1], a[2]]] {
            let mixed = Array(parts.joined(separator: [UInt8(ascii: ".")]))
            #expect(throws: SigningError.signature) { try keys.verify(SignedDocument(parsing: mixed)) }
        }
    }

    @Test(
        "The key decides the algorithm, never the document",
        arguments: ["none", "HS256", "ES384", "EdDSA", "Ed25519", "es256", ""])
    func algorithmConfusion(_ algorithm: String) throws {
        let header = #"{"alg":"\#(algorithm)","kid":"\#(key.keyID)","typ":"suixin-profile+jws"}"#
        for signature in [[], [UInt8](repeating: 0, count: 64), [UInt8](repeating: 1, count: 32)] {
            #expect(throws: SigningError.algorithm(algorithm)) {
                try keys.verify(SignedDocument(parsing: forged(header: header, payload: payload, signature: signature)))
            }
        }
    }

    @Test("A key that is not known, or not named, verifies nothing")
    func unknownKey() throws {
        let stranger = try SigningKey()
        #expect(throws: SigningError.unknownKey(stranger.keyID)) { try keys.verify(stranger.sign(payload, as: .profile)) }
        #expect(throws: SigningError.self) {
            try keys.verify(SignedDocument(parsing: forged(header: #"{"alg":"ES256"}"#, payload: payload, signature: [])))
        }
    }

    @Test("Genuine, but another kind of document, is not taken")
    func otherType() throws {
        let status = try key.sign(payload, as: .status)
        #expect(throws: SigningError.type(expected: "suixin-profile+jws", found: "suixin-status+jws")) {
            try keys.verify(status, as: .profile)
        }
    }

    @Test("Extensions that we do not understand are refused, doubled names too")
    func headers() throws {
        for member in [#""crit":["exp"]"#, #""b64":false"#, #""alg":"ES256""#, #""typ":7"#, #""kid":null"#] {
            let header = #"{"alg":"ES256",\#(member)}"#
            let document = try SignedDocument(parsing: forged(header: header, payload: payload, signature: []))
            #expect(throws: SigningError.self, "\(member)") { try document.unverifiedHeader }
        }
    }

    @Test("Flattened JSON is read strictly")
    func flattened() throws {
        let good = text(try key.sign(payload, as: .profile).flattened)
        #expect(try keys.verify(SignedDocument(parsing: bytes("\n " + good + "\r\n"))).payload == payload)
        let bad = [
            String(good.dropLast()) + #","header":{"kid":"x"}}"#, String(good.dropLast()) + #","payload":"AA"}"#,
            String(good.dropLast()), good + good, good.replacing(#""signature""#, with: #""signatures""#),
            good.replacing(#""payload":""#, with: #""payload":" "#), "", "{}", "[]", "a.b", "a.b.c.d", "....",
        ]
        for text in bad {
            #expect(throws: SigningError.self, "\(text.prefix(40))") { try keys.verify(SignedDocument(parsing: bytes(text))) }
        }
    }

    @Test("Sizes are limited before anything is decoded")
    func sizes() throws {
        let huge = [UInt8](repeating: UInt8(ascii: "A"), count: SignedDocument.sizeLimit + 1)
        #expect(throws: SigningError.tooLarge(bytes: huge.count, limit: SignedDocument.sizeLimit)) {
            try SignedDocument(parsing: huge)
        }
        let header = #"{"alg":"ES256","kid":"\#(String(repeating: "k", count: 600))"}"#
        #expect(throws: SigningError.self) {
            try SignedDocument(parsing: forged(header: header, payload: payload, signature: []))
        }
    }
}

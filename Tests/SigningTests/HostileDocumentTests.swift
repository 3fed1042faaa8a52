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
        [Base64URL.text(bytes(header)), Base64URL.text(payload), Base64URL.text(signature)].joined(separator: ".").utf8
            .map { $0 }
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
        arguments: ["none", "HS256", "ES384", "EdDSA", "Ed25519", "es256", ""]
    )
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
        #expect(throws: SigningError.unknownKey(stranger.keyID)) {
            try keys.verify(stranger.sign(payload, as: .profile))
        }
        #expect(throws: SigningError.self) {
            try keys.verify(
                SignedDocument(parsing: forged(header: #"{"alg":"ES256"}"#, payload: payload, signature: []))
            )
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
            #expect(throws: SigningError.self, "\(text.prefix(40))") {
                try keys.verify(SignedDocument(parsing: bytes(text)))
            }
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

@Suite("A header or signature that only looks right is refused")
struct ForgedHeaderTests {
    private let key: SigningKey
    private let second: SigningKey
    private let edDSA: SigningKey
    private let keys: KeySet
    private let payload = bytes(#"{"iss":"https://credit.example"}"#)

    init() throws {
        key = try SigningKey(.es256)
        second = try SigningKey(.es256)
        edDSA = try SigningKey(.edDSA)
        keys = KeySet([key.publicKey, second.publicKey, edDSA.publicKey])
    }

    private func header(_ algorithm: String, _ kid: String, _ more: String = "") -> String {
        Base64URL.text(bytes(#"{"alg":"\#(algorithm)","kid":"\#(kid)"\#(more),"typ":"suixin-profile+jws"}"#))
    }
    private func signature(of key: SigningKey) throws -> Substring {
        try #require(text(key.sign(payload, as: .profile).compact).split(separator: ".").last)
    }
    private func verify(_ parts: String...) throws {
        _ = try keys.verify(SignedDocument(parsing: bytes(parts.joined(separator: "."))))
    }

    @Test("A key of one algorithm under the name of the other")
    func keyOfOtherAlgorithm() throws {
        let payload = Base64URL.text(self.payload)
        #expect(throws: SigningError.algorithm("ES256")) {
            try verify(header("ES256", edDSA.keyID), payload, String(signature(of: edDSA)))
        }
        #expect(throws: SigningError.algorithm("EdDSA")) {
            try verify(header("EdDSA", key.keyID), payload, String(signature(of: key)))
        }
    }

    @Test("Another known key's id, or a key that the header brings along")
    func otherKey() throws {
        let document = text(try key.sign(payload, as: .profile).compact).split(separator: ".").map(String.init)
        #expect(throws: SigningError.signature) { try verify(header("ES256", second.keyID), document[1], document[2]) }
        let stranger = try SigningKey()
        let jwk = #","jwk":\#(text(stranger.publicKey.jwk))"#
        let signed = text(try stranger.sign(payload, as: .profile).compact).split(separator: ".").map(String.init)
        #expect(throws: SigningError.signature) { try verify(header("ES256", key.keyID, jwk), signed[1], signed[2]) }
        #expect(throws: SigningError.unknownKey(stranger.keyID)) {
            try verify(header("ES256", stranger.keyID, jwk), signed[1], signed[2])
        }
    }

    @Test("An empty signature, zeros, one byte too few or too many", arguments: [0, 63, 64, 65, 70])
    func emptySignature(_ count: Int) {
        let zeros = Base64URL.text([UInt8](repeating: 0, count: count))
        for signer in [key, edDSA] {
            #expect(throws: SigningError.signature) {
                try verify(header(signer.algorithm.rawValue, signer.keyID), Base64URL.text(payload), zeros)
            }
        }
    }

    @Test("The same signature spelt otherwise", arguments: ["=", "==", "\n", " ", "%3D"])
    func respelt(_ tail: String) throws {
        let parts = text(try key.sign(payload, as: .profile).compact).split(separator: ".").map(String.init)
        #expect(throws: SigningError.self) { try verify(parts[0], parts[1], parts[2] + tail + "A") }
        #expect(throws: SigningError.self) { try verify(parts[0] + tail, parts[1], parts[2]) }
        #expect(throws: SigningError.self) { try verify(parts[0], parts[1] + tail, parts[2]) }
    }

    @Test("Spare bits of the last character that are not zero")
    func spareBits() throws {
        let parts = text(try key.sign(payload, as: .profile).compact).split(separator: ".").map(String.init)
        // 64 bytes take 86 characters; the last holds two bits of the signature and four that must be zero.
        let last = try #require(parts[2].last)
        #expect("AQgw".contains(last))
        let next = try #require(["A": "B", "Q": "R", "g": "h", "w": "x"][String(last)])
        #expect(throws: SigningError.malformed("its signature is no base64url")) {
            try verify(parts[0], parts[1], String(parts[2].dropLast()) + next)
        }
    }

    @Test("A key for encryption is passed over; the others of the set count")
    func otherUse() throws {
        let jwks = text(KeySet([key.publicKey]).jwks).replacing(#""use":"sig""#, with: #""use":"enc""#)
        let good = text(second.publicKey.jwk)
        let set = try KeySet(parsing: bytes(jwks.replacing("]}", with: ",\(good)]}")))
        #expect(set.keys.map(\.keyID) == [second.keyID])
    }
}

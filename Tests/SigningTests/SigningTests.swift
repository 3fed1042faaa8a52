import Foundation
import Signing
import Testing

@Suite("Documents are signed as RFC 7515 says")
struct SigningTests {
    @Test("The example of RFC 7515 A.3 verifies")
    func es256Vector() throws {
        let keys = try KeySet(parsing: bytes(Vectors.es256JWKS))
        let key = try #require(keys.keys.first)
        let verified = try key.verify(SignedDocument(parsing: bytes(Vectors.es256)))
        #expect(text(verified.payload).hasPrefix(#"{"iss":"joe","#))
    }

    @Test("The example of RFC 8037 A.4 verifies, and its key has the thumbprint of A.3")
    func edDSAVector() throws {
        let key = try SigningKey(.edDSA, secret: decoded(Vectors.edDSASecret))
        #expect(Base64URL.text(key.publicKey.raw) == Vectors.edDSAPublic)
        #expect(key.keyID == Vectors.edDSAThumbprint)
        let verified = try key.publicKey.verify(SignedDocument(parsing: bytes(Vectors.edDSA)))
        #expect(text(verified.payload) == "Example of Ed25519 signing")
        let again = try key.sign(verified.payload, as: .profile)
        #expect(try key.publicKey.verify(again).payload == verified.payload)
    }

    @Test(
        "What is signed verifies in both forms, with a short header that names key and kind",
        arguments: SignatureAlgorithm.allCases
    )
    func roundTrip(_ algorithm: SignatureAlgorithm) throws {
        let key = try SigningKey(algorithm)
        let keys = KeySet([key.publicKey])
        for size in [0, 1, 2, 3, 100_000] {
            let payload = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            let document = try key.sign(payload, as: .profile)
            for form in [document.flattened, document.compact] {
                let read = try SignedDocument(parsing: form)
                #expect(try read.unverifiedHeader.keyID == key.keyID)
                let verified = try keys.verify(read, as: .profile)
                #expect(verified.payload == payload)
                #expect(verified.type == .profile)
            }
            let parts = document.compact.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
            #expect(Base64URL.decode(parts[2])?.count == 64)
            let header = try #require(Base64URL.decode(parts[0]))
            #expect(header.count < 512)
            #expect(
                text(header) == #"{"alg":"\#(algorithm)","kid":"\#(key.keyID)","typ":"suixin-profile+jws"}"#
            )
        }
    }

    @Test("A JWKS is read back, sorted by id, and holds nothing private")
    func jwks() throws {
        let keys = KeySet(try [SigningKey(.es256).publicKey, SigningKey(.edDSA).publicKey, SigningKey().publicKey])
        #expect(try KeySet(parsing: keys.jwks) == keys)
        #expect(keys.keys.map(\.keyID) == keys.keys.map(\.keyID).sorted())
        #expect(!text(keys.jwks).contains(#""d":"#))
        #expect(text(keys.jwks).contains(#""use":"sig""#))
    }

    @Test("Keys of other kinds are passed over; a key under another key's id is refused")
    func foreignKeys() throws {
        #expect(try KeySet(parsing: bytes(#"{"keys":[{"kty":"RSA","n":"AQAB","e":"AQAB"}]}"#)).keys.isEmpty)
        let key = try SigningKey().publicKey
        let jwks = text(KeySet([key]).jwks).replacing(key.keyID, with: Vectors.edDSAThumbprint)
        #expect(throws: SigningError.self) { try KeySet(parsing: bytes(jwks)) }
    }

    @Test("Base64url of any length is what others write, without padding, and reads back")
    func lengths() {
        for count in 0..<200 {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 167 &+ count &* 31) }
            let others = Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
                .replacing("=", with: "")
            #expect(Base64URL.text(bytes) == others)
            #expect(Base64URL.decode(others.utf8) == bytes)
            // Not only from the start of its memory.
            #expect(Base64URL.text(([7] + bytes)[1...]) == others)
        }
    }

    @Test("Base64url has one text for each byte string", arguments: ["AA=", "A", "AB", "AAB", "A A", "A+/A", "AA\n"])
    func strictBase64(_ text: String) {
        #expect(Base64URL.decode(Array(text.utf8)) == nil)
    }

    @Test("Base64url of every length is the one that a bit at a time gives")
    func base64OfEveryLength() {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
        for count in 0...67 {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 0x9D &+ count &* 0x35) }
            var bits = bytes.flatMap { byte in (0..<8).reversed().map { byte >> $0 & 1 } }
            while bits.count % 6 != 0 { bits.append(0) }
            let text = stride(from: 0, to: bits.count, by: 6).map { place in
                alphabet[bits[place..<place + 6].reduce(0) { $0 * 2 + Int($1) }]
            }
            #expect(Base64URL.encode(bytes) == text)
            #expect(Base64URL.encode(bytes.lazy.map { $0 }) == text)
            #expect(Base64URL.decode(text) == bytes)
        }
    }
}

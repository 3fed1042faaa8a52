internal import Crypto

/// A public key, with the one algorithm it is good for.
public struct VerificationKey: Hashable, Sendable {
    /// RFC 7638 thumbprint, base64url of SHA-256: the key's id.
    public let keyID: String
    /// The one algorithm whose signatures it checks.
    public let algorithm: SignatureAlgorithm
    /// x‖y of 64 bytes for ES256, the 32 bytes of RFC 8032 for EdDSA.
    public let raw: [UInt8]

    /// Takes raw bytes as ``raw`` describes them; they must be a point of the curve.
    public init(_ algorithm: SignatureAlgorithm, raw: [UInt8]) throws(SigningError) {
        do {
            switch algorithm {
            case .es256: _ = try P256.Signing.PublicKey(rawRepresentation: raw)
            case .edDSA: _ = try Curve25519.Signing.PublicKey(rawRepresentation: raw)
            }
        } catch {
            throw .malformed("no public key for \(algorithm)")
        }
        self.algorithm = algorithm
        self.raw = raw
        self.keyID = VerificationKey.thumbprint(algorithm, raw: raw)
    }

    /// Whether `signature` is this key's over `input`.
    public func isValid(_ signature: [UInt8], over input: [UInt8]) -> Bool {
        switch algorithm {
        case .es256:
            guard signature.count == 64, let key = try? P256.Signing.PublicKey(rawRepresentation: raw),
                let signature = try? P256.Signing.ECDSASignature(rawRepresentation: signature)
            else { return false }
            return key.isValidSignature(signature, for: input)
        case .edDSA:
            guard signature.count == 64, let key = try? Curve25519.Signing.PublicKey(rawRepresentation: raw) else {
                return false
            }
            return key.isValidSignature(signature, for: input)
        }
    }

    /// The members that every JWK of the key has, sorted: RFC 7638 §3.2 asks for exactly these.
    var members: [(name: String, value: String)] {
        switch algorithm {
        case .es256:
            [
                ("crv", "P-256"), ("kty", "EC"), ("x", Base64URL.text(raw.prefix(32))),
                ("y", Base64URL.text(raw.dropFirst(32))),
            ]
        case .edDSA: [("crv", "Ed25519"), ("kty", "OKP"), ("x", Base64URL.text(raw))]
        }
    }

    /// The public JWK (RFC 7517), canonical.
    public var jwk: [UInt8] {
        FlatObject(members + [("alg", algorithm.rawValue), ("kid", keyID), ("use", "sig")]).canonical
    }

    /// Reads a public JWK, or the public part of a private one.
    init(jwk: FlatObject) throws(SigningError) {
        let raw: [UInt8]
        let algorithm: SignatureAlgorithm
        switch (jwk["kty"], jwk["crv"]) {
        case ("EC", "P-256"):
            algorithm = .es256
            raw = try jwk.bytes("x", count: 32) + jwk.bytes("y", count: 32)
        case ("OKP", "Ed25519"):
            algorithm = .edDSA
            raw = try jwk.bytes("x", count: 32)
        case (let type, let curve):
            throw .algorithm("\(type ?? "?")/\(curve ?? "?")")
        }
        if let named = jwk["alg"], named != algorithm.rawValue { throw .algorithm(named) }
        if let use = jwk["use"], use != "sig" { throw .algorithm("with use \(FlatObject.shown(use))") }
        try self.init(algorithm, raw: raw)
        // An id that is not the thumbprint would let one key be taken for another.
        if let named = jwk["kid"], named != keyID { throw .malformed("a key whose kid is not its thumbprint") }
    }

    private static func thumbprint(_ algorithm: SignatureAlgorithm, raw: [UInt8]) -> String {
        var json: [UInt8] = []
        switch algorithm {
        case .es256:
            json += #"{"crv":"P-256","kty":"EC","x":""#.utf8
            json += Base64URL.encode(raw.prefix(32)) + Array(#"","y":""#.utf8) + Base64URL.encode(raw.dropFirst(32))
        case .edDSA:
            json += #"{"crv":"Ed25519","kty":"OKP","x":""#.utf8
            json += Base64URL.encode(raw)
        }
        return Base64URL.text(Array(SHA256.hash(data: json + Array(#""}"#.utf8))))
    }
}

internal import Crypto

/// A private key that signs documents.
///
/// It never leaves this module but into a file of a ``KeyRing``.
public struct SigningKey: Sendable {
    private enum Secret: Sendable {
        case es256(P256.Signing.PrivateKey)
        case edDSA(Curve25519.Signing.PrivateKey)
    }

    private let secret: Secret
    /// The public half: its id is the key's.
    public let publicKey: VerificationKey
    /// The header of profiles, which are signed by the million.
    private let profileHeader: [UInt8]

    /// Makes a new key from the operating system's randomness.
    public init(_ algorithm: SignatureAlgorithm = .es256) throws(SigningError) {
        switch algorithm {
        case .es256: try self.init(.es256(P256.Signing.PrivateKey()))
        case .edDSA: try self.init(.edDSA(Curve25519.Signing.PrivateKey()))
        }
    }

    /// Takes the 32 secret bytes: `d` of the key's JWK.
    public init(_ algorithm: SignatureAlgorithm, secret: [UInt8]) throws(SigningError) {
        do {
            switch algorithm {
            case .es256: try self.init(.es256(P256.Signing.PrivateKey(rawRepresentation: secret)))
            case .edDSA: try self.init(.edDSA(Curve25519.Signing.PrivateKey(rawRepresentation: secret)))
            }
        } catch {
            throw .malformed("no private key for \(algorithm)")
        }
    }

    private init(_ secret: Secret) throws(SigningError) {
        self.secret = secret
        switch secret {
        case .es256(let key): publicKey = try VerificationKey(.es256, raw: Array(key.publicKey.rawRepresentation))
        case .edDSA(let key): publicKey = try VerificationKey(.edDSA, raw: Array(key.publicKey.rawRepresentation))
        }
        profileHeader = Self.header(of: publicKey, .profile)
    }

    /// RFC 7638 thumbprint of the public key.
    public var keyID: String { publicKey.keyID }
    /// The one algorithm that it signs with.
    public var algorithm: SignatureAlgorithm { publicKey.algorithm }

    /// Signs exactly these bytes.
    public func sign(_ payload: [UInt8], as type: DocumentType) throws(SigningError) -> SignedDocument {
        let protected = type == .profile ? profileHeader : Self.header(of: publicKey, type)
        let encoded = Base64URL.encode(payload)
        let signature = try signature(over: SignedDocument.input(protected, encoded))
        return SignedDocument(protected: protected, payload: encoded, signature: Base64URL.encode(signature))
    }

    /// The protected header as base64url text.
    private static func header(of key: VerificationKey, _ type: DocumentType) -> [UInt8] {
        Base64URL.encode(
            FlatObject([("alg", key.algorithm.rawValue), ("kid", key.keyID), ("typ", type.rawValue)]).canonical
        )
    }

    /// 64 bytes: r‖s for ES256.
    package func signature(over input: [UInt8]) throws(SigningError) -> [UInt8] {
        do {
            switch secret {
            case .es256(let key): return Array(try key.signature(for: input).rawRepresentation)
            case .edDSA(let key): return Array(try key.signature(for: input))
            }
        } catch {
            throw .keys("key \(keyID) could not sign")
        }
    }

    /// The 32 bytes that only the key's file may hold.
    var secretBytes: [UInt8] {
        switch secret {
        case .es256(let key): Array(key.rawRepresentation)
        case .edDSA(let key): Array(key.rawRepresentation)
        }
    }
}

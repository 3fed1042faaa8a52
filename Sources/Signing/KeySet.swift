/// Public keys by their ids: an issuer's JWKS (RFC 7517 §5).
public struct KeySet: Hashable, Sendable {
    /// Sorted by id.
    public let keys: [VerificationKey]
    private let byID: [String: VerificationKey]

    /// Makes a set; of two keys with the same id the first counts.
    public init(_ keys: [VerificationKey]) {
        byID = Dictionary(keys.map { ($0.keyID, $0) }) { first, _ in first }
        self.keys = byID.values.sorted { $0.keyID < $1.keyID }
    }

    /// Reads a JWKS; keys of kinds that this exchange does not sign with are passed over, as RFC 7517 §5 asks.
    public init(parsing bytes: [UInt8]) throws(SigningError) {
        let limit = 1 << 20
        guard bytes.count <= limit else { throw .tooLarge(bytes: bytes.count, limit: limit) }
        var keys: [VerificationKey] = []
        for object in try FlatObject.list(named: "keys", parsing: bytes) {
            do throws(SigningError) {
                keys.append(try VerificationKey(jwk: object))
            } catch .algorithm {
                continue
            }
        }
        self.init(keys)
    }

    /// The JWKS document, canonical.
    public var jwks: [UInt8] {
        var json = Array(#"{"keys":["#.utf8)
        for (index, key) in keys.enumerated() {
            if index > 0 { json.append(UInt8(ascii: ",")) }
            json += key.jwk
        }
        return json + Array("]}".utf8)
    }

    /// The key of that id, if it is in the set.
    public subscript(keyID: String) -> VerificationKey? { byID[keyID] }

    /// Checks a document by the key that it names.
    /// - Parameters:
    ///   - document: what was received.
    ///   - type: what it must be; nil takes any, for the caller to look at.
    /// - Returns: the payload's bytes, which only now may be believed.
    /// - Throws: ``SigningError`` that tells an unknown key from a false signature and from another kind of document.
    public func verify(_ document: SignedDocument, as type: DocumentType? = nil) throws(SigningError) -> Verified<
        [UInt8]
    > {
        let header = try document.unverifiedHeader
        guard SignatureAlgorithm(rawValue: header.algorithm) != nil else {
            throw .algorithm(FlatObject.shown(header.algorithm))
        }
        guard let keyID = header.keyID else { throw .malformed("its header names no key") }
        guard let key = byID[keyID] else { throw .unknownKey(FlatObject.shown(keyID)) }
        let verified = try key.verify(document)
        if let type, verified.type != type {
            throw .type(
                expected: type.rawValue,
                found: FlatObject.shown(verified.type?.rawValue ?? "document without a type")
            )
        }
        return verified
    }
}

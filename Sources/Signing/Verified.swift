/// Bytes, or what was read from them, whose signature was checked.
///
/// Only this module makes one.
public struct Verified<Payload: Sendable>: Sendable {
    /// What was signed.
    public let payload: Payload
    /// The key that signed.
    public let key: VerificationKey
    /// What the document says it is.
    public let type: DocumentType?

    init(payload: Payload, key: VerificationKey, type: DocumentType?) {
        self.payload = payload
        self.key = key
        self.type = type
    }

    /// Reads the payload; what comes of it is as genuine as the bytes.
    public func map<Other: Sendable, Failure: Error>(
        _ read: (Payload) throws(Failure) -> Other
    ) throws(Failure) -> Verified<Other> {
        Verified<Other>(payload: try read(payload), key: key, type: type)
    }
}

extension VerificationKey {
    /// Checks a document against this very key; its header need not name one, but must not name another.
    public func verify(_ document: SignedDocument) throws(SigningError) -> Verified<[UInt8]> {
        let header = try document.unverifiedHeader
        // The key decides the algorithm, never the document.
        guard header.algorithm == algorithm.rawValue else { throw .algorithm(FlatObject.shown(header.algorithm)) }
        if let named = header.keyID, named != keyID { throw .unknownKey(FlatObject.shown(named)) }
        guard let signature = Base64URL.decode(document.signature) else {
            throw .malformed("its signature is no base64url")
        }
        guard let payload = Base64URL.decode(document.payload) else { throw .malformed("its payload is no base64url") }
        guard isValid(signature, over: SignedDocument.input(document.protected, document.payload)) else {
            throw .signature
        }
        return Verified(payload: payload, key: self, type: header.type)
    }
}

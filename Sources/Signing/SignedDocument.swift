/// A JWS (RFC 7515) as it came: whole, but believed by nobody yet; ``KeySet`` makes it ``Verified``.
public struct SignedDocument: Hashable, Sendable {
    /// What a reader takes; well above what the exchange signs, so that a longer document is told from a cut one.
    public static let sizeLimit = 192 * 1024
    /// joserfc and others refuse longer headers.
    public static let headerLimit = 512

    /// The three parts as base64url text.
    package let protected: [UInt8]
    let payload: [UInt8]
    package let signature: [UInt8]

    init(protected: [UInt8], payload: [UInt8], signature: [UInt8]) {
        self.protected = protected
        self.payload = payload
        self.signature = signature
    }

    /// Puts a document together again of a payload and what was signed with it.
    ///
    /// - Parameters:
    ///   - payload: Its bytes.
    ///   - protected: The header as base64url text.
    ///   - signature: As base64url text.
    package init(of payload: [UInt8], protected: [UInt8], signature: [UInt8]) {
        self.init(protected: protected, payload: Base64URL.encode(payload), signature: signature)
    }

    /// Reads the flattened JSON form, or the compact one; white space around it is ignored.
    public init(parsing bytes: some Collection<UInt8>, limit: Int = sizeLimit) throws(SigningError) {
        guard bytes.count <= limit else { throw .tooLarge(bytes: bytes.count, limit: limit) }
        let trimmed = Self.trimmed(Array(bytes))
        if trimmed.first == UInt8(ascii: "{") {
            try self.init(flattened: trimmed)
        } else {
            try self.init(compact: trimmed)
        }
        guard protected.count <= Self.headerLimit * 4 / 3 else {
            throw .tooLarge(bytes: protected.count * 3 / 4, limit: Self.headerLimit)
        }
    }

    /// RFC 7515 §7.2.2; members beyond the three (`header` and `signatures` among them) are refused.
    private init(flattened bytes: [UInt8]) throws(SigningError) {
        let object = try FlatObject(parsing: bytes)
        for name in object.names where !["payload", "protected", "signature"].contains(name) {
            throw .malformed("a member that does not belong here: \(FlatObject.shown(name))")
        }
        guard let protected = object["protected"], let payload = object["payload"], let signature = object["signature"]
        else {
            throw .malformed("payload, protected or signature is missing")
        }
        self.init(protected: Array(protected.utf8), payload: Array(payload.utf8), signature: Array(signature.utf8))
    }

    /// RFC 7515 §7.1.
    private init(compact bytes: [UInt8]) throws(SigningError) {
        let parts = bytes.split(separator: UInt8(ascii: "."), maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 3 else {
            throw .malformed("neither flattened JSON nor three parts with dots between them")
        }
        self.init(protected: Array(parts[0]), payload: Array(parts[1]), signature: Array(parts[2]))
    }

    /// The flattened JSON form on one line, members sorted.
    public var flattened: [UInt8] {
        var json: [UInt8] = []
        json.reserveCapacity(payload.count + protected.count + signature.count + Self.frameSize)
        json += Self.beforePayload
        json += payload
        json += Self.beforeProtected
        json += protected
        json += Self.beforeSignature
        json += signature
        json += Self.end
        return json
    }

    private static let beforePayload = Array(#"{"payload":""#.utf8)
    private static let beforeProtected = Array(#"","protected":""#.utf8)
    private static let beforeSignature = Array(#"","signature":""#.utf8)
    private static let end = Array(#""}"#.utf8)
    private static let frameSize =
        beforePayload.count + beforeProtected.count + beforeSignature.count + end.count

    /// ``flattened`` of ``init(of:protected:signature:)``, in one piece: for whoever answers.
    ///
    /// - Parameters:
    ///   - payload: Its bytes.
    ///   - protected: The header as base64url text.
    ///   - signature: As base64url text.
    /// - Returns: the document.
    package static func flattened(of payload: [UInt8], protected: [UInt8], signature: [UInt8]) -> [UInt8] {
        let text = Base64URL.size(of: payload.count)
        let size = frameSize + text + protected.count + signature.count
        return unsafe [UInt8](unsafeUninitializedCapacity: size) { json, count in
            let room = UnsafeMutableRawBufferPointer(json)
            func put(_ bytes: [UInt8]) {
                unsafe UnsafeMutableRawBufferPointer(rebasing: room[count...]).copyBytes(from: bytes)
                count += bytes.count
            }
            put(beforePayload)
            unsafe payload.withUnsafeBufferPointer { payload in
                count += unsafe Base64URL.write(payload, to: UnsafeMutableRawBufferPointer(rebasing: room[count...]))
            }
            put(beforeProtected)
            put(protected)
            put(beforeSignature)
            put(signature)
            put(end)
        }
    }

    /// The compact form.
    public var compact: [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(payload.count + protected.count + signature.count + 2)
        text += protected
        text.append(UInt8(ascii: "."))
        text += payload
        text.append(UInt8(ascii: "."))
        text += signature
        return text
    }

    /// What the header says, which proves nothing yet.
    public var unverifiedHeader: Header {
        get throws(SigningError) {
            guard let json = Base64URL.decode(protected), !json.isEmpty else {
                throw .malformed("its header is no base64url")
            }
            return try Header(json)
        }
    }

    /// The payload's bytes, which prove nothing yet; for documents out of one's own store.
    public var unverifiedPayload: [UInt8] {
        get throws(SigningError) {
            guard let payload = Base64URL.decode(payload) else { throw .malformed("its payload is no base64url") }
            return payload
        }
    }

    /// The bytes that a signature is over (RFC 7515 §5.1).
    static func input(_ protected: [UInt8], _ payload: [UInt8]) -> [UInt8] {
        var input = protected
        input.reserveCapacity(protected.count + 1 + payload.count)
        input.append(UInt8(ascii: "."))
        input += payload
        return input
    }

    private static func trimmed(_ bytes: [UInt8]) -> [UInt8] {
        func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || 0x09...0x0A ~= byte || byte == 0x0D }
        guard let first = bytes.firstIndex(where: { !isBlank($0) }), let last = bytes.lastIndex(where: { !isBlank($0) })
        else { return [] }
        return first == 0 && last == bytes.count - 1 ? bytes : Array(bytes[first...last])
    }

    /// The protected header.
    public struct Header: Hashable, Sendable {
        /// The name as given; only ``SignatureAlgorithm``'s are ever accepted.
        public let algorithm: String
        /// The id of the key (`kid`); nil where the header names none.
        public let keyID: String?
        /// What the document says it is (`typ`); nil where it says nothing.
        public let type: DocumentType?

        init(_ json: [UInt8]) throws(SigningError) {
            let object = try FlatObject(parsing: json)
            // We understand no extension, so none may be critical; `b64` changes what is signed (RFC 7797).
            for name in ["crit", "b64"] where object.contains(name) { throw .malformed("its header holds \(name)") }
            guard let algorithm = object["alg"] else { throw .malformed("its header names no algorithm") }
            for name in ["kid", "typ"] where object.contains(name) && object[name] == nil {
                throw .malformed("\(name) is no text")
            }
            self.algorithm = algorithm
            self.keyID = object["kid"]
            self.type = object["typ"].map(DocumentType.init(rawValue:))
        }
    }
}

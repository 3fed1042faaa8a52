public import Access
public import Signing

/// A call that a client may send again without a second effect: it came with an `Idempotency-Key`.
public struct RepeatableCall: Hashable, Sendable {
    /// Whose it is.
    public let client: ClientID
    /// The digest of client, endpoint and key: nobody else's call, and none of another endpoint, has the same.
    public let name: Digest256
    /// The digest of what was asked: the same key with another request is a mistake.
    public let fingerprint: Digest256
    /// When it came, in POSIX milliseconds.
    public let moment: Int64
    /// Until when its answer is kept, in POSIX milliseconds.
    public let expiry: Int64

    /// Keys that are kept for one client at once.
    public static let countLimit = 10_000
    /// Bytes of answers that are kept for one client at once.
    public static let sizeLimit = 16 << 20
    /// A key is no longer than this, in bytes.
    public static let keyLimit = 255

    /// Names a call.
    ///
    /// - Parameters:
    ///   - client: whose it is.
    ///   - endpoint: the endpoint's name.
    ///   - key: as the client chose it.
    ///   - request: everything that the call's effect depends on.
    ///   - moment: POSIX milliseconds.
    ///   - lifetime: milliseconds for which its answer is kept.
    public init(
        of client: ClientID,
        to endpoint: String,
        key: String,
        request: [UInt8],
        at moment: Int64,
        lifetime: Int64
    ) {
        self.client = client
        name = Digest256(of: Array("suixin/call/\(client)\n\(endpoint)\n\(key)".utf8))
        fingerprint = Digest256(of: request)
        self.moment = moment
        expiry = moment + lifetime
    }
}

/// What a call was answered, as it is kept for whoever sends it again.
public struct KeptAnswer: Hashable, Sendable {
    /// A header field.
    public struct Field: Hashable, Sendable {
        /// As it was sent.
        public let name: String
        /// As it was sent.
        public let value: String

        /// A field of its parts.
        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// Which secret belongs into the answer: the secret itself is kept nowhere, since it can be derived again.
    public struct SecretName: Hashable, Sendable {
        /// The webhook whose it is.
        public let webhook: WebhookID
        /// How often it had been rotated.
        public let generation: Int

        /// Names a secret.
        public init(webhook: WebhookID, generation: Int) {
            self.webhook = webhook
            self.generation = generation
        }
    }

    /// The HTTP status.
    public var status: Int
    /// The header fields that say something of the answer.
    public var fields: [Field]
    /// The body, without a secret; nil for none.
    public var body: [UInt8]?
    /// The secret that the body was sent with.
    public var secret: SecretName?

    /// Puts an answer together.
    public init(status: Int, fields: [Field], body: [UInt8]?, secret: SecretName? = nil) {
        self.status = status
        self.fields = fields
        self.body = body
        self.secret = secret
    }

    /// Bytes that it takes, about.
    public var size: Int {
        200 + fields.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count } + (body?.count ?? 0)
    }
}

/// How a call ended that may be sent again.
public enum RepeatedCall: Hashable, Sendable {
    /// It was carried out now, and its answer is kept with its effect.
    case carriedOut(KeptAnswer)
    /// It was carried out before: the answer is the one that was given then.
    case answeredBefore(KeptAnswer)
    /// The key was used for another request: nothing was done.
    case otherRequest
    /// As many answers are kept for the client as may be, until this moment in POSIX milliseconds: nothing was done.
    case full(until: Int64)
}

/// A desk whose calls may be sent again.
public protocol RepeatableDesk: Sendable {
    /// How a call ended that was carried out before: nobody needs to wait for those who write to hear it again.
    ///
    /// Blocking.
    /// - Parameter call: the call.
    /// - Returns: nil where none of its key was carried out.
    /// - Throws: what the store throws.
    func ended(_ call: RepeatableCall) throws -> RepeatedCall?
    /// Carries a call out unless it was before; effect and answer are kept in one transaction, or neither is.
    ///
    /// Blocking.
    /// - Parameters:
    ///   - call: the call.
    ///   - act: what it does, by this desk alone; whatever it throws undoes it, and frees the key.
    /// - Returns: how it ended.
    /// - Throws: what `act` or the store throws.
    func once(_ call: RepeatableCall, _ act: () throws -> KeptAnswer) throws -> RepeatedCall
}

extension WatchListDesk: RepeatableDesk {
    /// See ``RepeatableDesk``.
    public func ended(_ call: RepeatableCall) throws -> RepeatedCall? { try store.ended(call) }

    /// See ``RepeatableDesk``.
    public func once(_ call: RepeatableCall, _ act: () throws -> KeptAnswer) throws -> RepeatedCall {
        try store.once(call, act)
    }
}

extension WebhookDesk: RepeatableDesk {
    /// See ``RepeatableDesk``.
    public func ended(_ call: RepeatableCall) throws -> RepeatedCall? { try store.ended(call) }

    /// See ``RepeatableDesk``.
    public func once(_ call: RepeatableCall, _ act: () throws -> KeptAnswer) throws -> RepeatedCall {
        try store.once(call, act)
    }

    /// A secret of a webhook, present or former: for whoever was shown it and sends his call again.
    public func secret(_ name: KeptAnswer.SecretName) -> WebhookSecret {
        WebhookSecret(installation: installation, webhook: name.webhook.text, generation: name.generation)
    }
}

extension RetractionDesk: RepeatableDesk {
    /// See ``RepeatableDesk``.
    public func ended(_ call: RepeatableCall) throws -> RepeatedCall? { try store.ended(call) }

    /// See ``RepeatableDesk``.
    public func once(_ call: RepeatableCall, _ act: () throws -> KeptAnswer) throws -> RepeatedCall {
        try store.once(call, act)
    }
}

internal import Access
internal import CanonicalJSON
internal import HTTPTypes
internal import Signing
internal import Synchronization
internal import Watches

/// The value of `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header): a structured field that is a string.
struct IdempotencyKey: Hashable {
    /// Without its quotation marks.
    let text: String

    /// Reads the field; nil where it is not there.
    /// - Throws: ``Problem`` for anything but one string (RFC 8941 §3.3.3) of 1 to 255 characters.
    init?(_ fields: HTTPFields) throws(Problem) {
        guard let value = fields[.idempotencyKey] else { return nil }
        guard let text = Self.string(value), 1...RepeatableCall.keyLimit ~= text.utf8.count else {
            throw .malformedKey
        }
        self.text = text
    }

    private static func string(_ value: String) -> String? {
        var bytes: [UInt8] = []
        var rest = value.utf8.drop { $0 == 0x20 || $0 == 0x09 }
        while let last = rest.last, last == 0x20 || last == 0x09 { rest = rest.dropLast() }
        guard rest.count >= 2, rest.first == UInt8(ascii: "\""), rest.last == UInt8(ascii: "\"") else { return nil }
        var isEscaped = false
        for byte in rest.dropFirst().dropLast() {
            if isEscaped {
                guard byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else { return nil }
                bytes.append(byte)
                isEscaped = false
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else {
                guard 0x20...0x7E ~= byte, byte != UInt8(ascii: "\"") else { return nil }
                bytes.append(byte)
            }
        }
        return isEscaped ? nil : String(validating: bytes, as: UTF8.self)
    }
}

/// Calls of this process that are being carried out: whoever sends one again meanwhile hears that.
final class CallsUnderWay: Sendable {
    private let names = Mutex<Set<Digest256>>([])

    func begin(_ name: Digest256) -> Bool { names.withLock { $0.insert(name).inserted } }
    func end(_ name: Digest256) { names.withLock { _ = $0.remove(name) } }
}

/// Carries a call out once, however often it is sent.
///
/// Effect and answer are kept in one transaction: a call whose answer was lost, even by a crash between both, is answered
/// as it was. What was refused had no effect and keeps no key.
struct CallRepeater: Sendable {
    private let library: ExchangeLibrary
    private let call: RepeatableCall
    private let desk: any RepeatableDesk

    /// nil where the request brings no key.
    /// - Throws: ``Problem`` where the key is malformed.
    init?(
        _ library: ExchangeLibrary,
        _ inquiry: Inquiry,
        _ endpoint: String,
        of caller: Caller,
        _ desk: (WatchDesks) -> any RepeatableDesk
    ) throws(Problem) {
        guard let key = try IdempotencyKey(inquiry.headers) else { return nil }
        let asked: JSONValue = .object([
            "parameters": .object(inquiry.parameters.mapValues { .string($0) }),
            "path": .object(inquiry.segments.mapValues { .string($0) }),
        ])
        call = RepeatableCall(
            of: caller.id,
            to: endpoint,
            key: key.text,
            // JSON has no line ends of its own: where the body begins is clear.
            request: asked.canonical + [0x0A] + inquiry.body,
            at: inquiry.moment,
            lifetime: library.callsLast * 1000
        )
        self.library = library
        self.desk = desk(library.watching)
    }

    /// The answer, given now or before.
    func answer(_ prepare: @escaping @Sendable () throws -> () throws -> Reply) async throws -> Reply {
        guard library.underWay.begin(call.name) else { throw Problem.underWay }
        defer { library.underWay.end(call.name) }
        return try await library.reading { [library, call, desk] in
            switch try Problem.wording({ try desk.ended(call) ?? Self.carryOut(call, at: desk, prepare) }) {
            case .carriedOut(let answer), .answeredBefore(let answer):
                return Reply(answer).disclosing(by: library.watching)
            case .otherRequest: throw Problem.otherRequest
            case .full(let end): throw Problem.tooManyKeys(after: Int(max(1, (end - call.moment + 999) / 1000)))
            }
        }
    }
}

extension CallRepeater {
    private static func carryOut(
        _ call: RepeatableCall,
        at desk: any RepeatableDesk,
        _ prepare: () throws -> () throws -> Reply
    ) throws -> RepeatedCall {
        let act = try prepare()
        return try desk.once(call) { KeptAnswer(try act()) }
    }
}

extension KeptAnswer {
    fileprivate init(_ reply: Reply) {
        self.init(
            status: reply.status.code,
            fields: reply.headers.map { Field($0.name.rawName, $0.value) },
            body: reply.bytes,
            secret: reply.secret
        )
    }
}

extension Reply {
    fileprivate init(_ answer: KeptAnswer) {
        var fields = HTTPFields()
        for field in answer.fields {
            if let name = HTTPField.Name(field.name) { fields.append(HTTPField(name: name, value: field.value)) }
        }
        self.init(
            status: HTTPResponse.Status(code: answer.status),
            headers: fields,
            body: answer.body.map { .bytes($0) } ?? .none
        )
        secret = answer.secret
    }

    /// With the secret that belongs into its body, as it goes out.
    func disclosing(by desks: WatchDesks) -> Reply {
        guard let secret, let bytes, case .object(var members)? = try? JSONValue(parsing: bytes) else { return self }
        members["secret"] = .string(desks.webhooks.secret(secret).text)
        var reply = uncompressed
        reply.body = .bytes(JSONValue.object(members).canonical)
        return reply
    }
}

extension Endpoint {
    /// Whether it changes something, and takes an `Idempotency-Key` therefore.
    ///
    /// Where an unsafe method has no effect (a batch, a match, a token) the key is passed over.
    var takesIdempotencyKey: Bool {
        // An act of the sandbox that is ordered again happens again.
        guard case .scope(.writeWatches) = entry, EndpointDescription.sandbox[name] == nil else { return false }
        return method != .get
    }
}

extension HTTPField.Name {
    static let idempotencyKey = HTTPField.Name("Idempotency-Key") ?? .eTag
}

extension Problem {
    static let malformedKey = Problem(
        .badRequest,
        "idempotency-key-malformed",
        Wording("Malformed Idempotency-Key", "Idempotency-Key 格式有误"),
        Wording(
            "Idempotency-Key is one string of 1 to 255 visible ASCII characters in quotation marks, such as "
                + "\"8e03978e-40d5-43dd-bc93-6894a57f9324\".",
            "Idempotency-Key 须为一个带双引号的字符串，含 1 至 255 个可见 ASCII 字符，例如 "
                + "\"8e03978e-40d5-43dd-bc93-6894a57f9324\"。"
        )
    )
    static let otherRequest = Problem(
        .unprocessableContent,
        "idempotency-key-reused",
        Wording("Idempotency-Key of another request", "Idempotency-Key 已用于其他请求"),
        Wording(
            "This key came with another request before; nothing was done. Take a new key for a new request.",
            "此前已有另一请求使用该键，本次未执行任何操作。新请求请使用新的键。"
        )
    )
    static let underWay = Problem(
        .conflict,
        "call-under-way",
        Wording("The call is under way", "该请求正在处理"),
        Wording(
            "A call with this Idempotency-Key is being carried out; ask again in a moment for its answer.",
            "使用该 Idempotency-Key 的请求正在处理，请稍后重试以取得其结果。"
        ),
        headers: [.retryAfter: "1"]
    )
    static func tooManyKeys(after seconds: Int) -> Problem {
        Problem(
            .tooManyRequests,
            "too-many-idempotency-keys",
            Wording("Too many Idempotency-Keys", "Idempotency-Key 过多"),
            Wording(
                "As many answers are kept for this client as may be; nothing was done. Ask again after \(seconds) seconds, "
                    + "or without a key.",
                "为该调用方保留的结果已达上限，本次未执行任何操作。请在 \(seconds) 秒后重试，或不带该键。"
            ),
            headers: [.retryAfter: "\(seconds)"]
        )
    }
}

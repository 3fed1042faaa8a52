internal import Access
internal import CreditModel
internal import CreditStore
internal import HashTree
internal import NIOCore
internal import NIOHTTP1
internal import Synchronization

/// What all connections answer from on the short way: a reader for each event loop.
final class HotDesk: Sendable {
    private let library: ExchangeLibrary
    private let gate: Gate
    private let meters: ExchangeMetrics.OfEndpoint
    private let readers = Mutex<[ObjectIdentifier: any AnswerReader]>([:])

    private static let prefix = "/v1/enterprises/"
    /// No id and no code is longer.
    private static let longestName = 32

    init(_ library: ExchangeLibrary, _ meters: ExchangeMetrics.OfEndpoint) {
        self.library = library
        self.meters = meters
        gate = library.gate
    }

    /// The event loop's reader, made when its first connection comes; nil where the store cannot be opened: then the usual
    /// way says why.
    func reader(of loop: any EventLoop) -> (any AnswerReader)? {
        readers.withLock { readers in
            if let known = readers[ObjectIdentifier(loop)] { return known }
            // Tasks of a loop come after all that was readable at once: those requests share a view.
            let made = try? library.store.answerReader { reader in loop.execute { reader.endView() } }
            readers[ObjectIdentifier(loop)] = made
            return made
        }
    }

    /// The answer to a request that is as usual, as it goes over the wire; nil for any other, which then has cost nothing.
    func answer(_ head: HTTPRequestHead, _ reader: any AnswerReader, _ allocator: ByteBufferAllocator) -> ByteBuffer? {
        guard head.method == .GET, head.version == .http1_1, let name = Self.name(in: head.uri),
            let fields = HotFields(head.headers)
        else { return nil }
        let start = NIODeadline.now()
        let moment = gate.clock()
        let shown = ShownCredentials(authorization: fields.authorization, apiKey: fields.apiKey)
        guard gate.journal.condition(at: moment) == .open,
            let caller = try? gate.authenticator.authenticate(shown, at: moment),
            let permission = try? caller.permit(.readEnterprises, purpose: fields.purpose),
            permission.sections == nil
        else { return nil }
        let decision = RateLimiter.admit(caller, at: moment)
        guard decision.isAdmitted else { return nil }
        guard let found = try? reader.finding(of: name), let profile = found.profile,
            found.statements.first.map({ Self.leadsHere($0) }) == true,
            let (status, bytes) = reply(
                found,
                profile,
                fields,
                Admission(caller: caller, permission: permission, decision: decision),
                at: moment,
                reader,
                allocator
            )
        else {
            RateLimiter.refund(decision, to: caller)
            return nil
        }
        meters.answered(status, since: start)
        return bytes
    }

    /// nil where it cannot be given, or written down.
    private func reply(
        _ found: ProvenFinding,
        _ profile: PlacedVersion,
        _ fields: HotFields,
        _ admission: Admission,
        at moment: Int64,
        _ reader: any AnswerReader,
        _ allocator: ByteBufferAllocator
    ) -> (status: Int, bytes: ByteBuffer)? {
        let tag = "\"\(profile.version)\""
        let isKnown = fields.ifNoneMatch.map { EntityTags($0).contains(tag) } ?? false
        let id = QueryID(at: moment, random: gate.random)
        var entry = QueryEntry(id: id, caller: admission.caller, endpoint: "enterprise", status: isKnown ? 304 : 200)
        entry.asked = [.enterprise(profile.id)]
        entry.purpose = admission.permission.purpose
        var document: [UInt8] = []
        // The tree alone says whether the document is wanted.
        if !isKnown {
            guard let signed = try? reader.signed(profile) else { return nil }
            document = signed.document
            entry.answer = .stored(StoredAnswer(signed, form: .flattened))
            entry.digest = Digest256(of: document)
        }
        guard gate.journal.append(JournalRecord(entry), at: moment) == .open else { return nil }
        if isKnown { RateLimiter.refund(admission.decision, to: admission.caller) }
        let proof = ProofHeaders(found.status, found.statements)
        var head = HotHead(
            isKnown ? "HTTP/1.1 304 Not Modified\r\n" : "HTTP/1.1 200 OK\r\n",
            allocator.buffer(capacity: 640 + proof.proof.utf8.count + document.count)
        )
        head.add("ETag: ", tag)
        head.add("Cache-Control: ", "no-cache")
        head.add("Vary: ", Endpoint.vary)
        head.add("Content-Location: ", ExchangeLibrary.location(of: profile.id))
        head.add("Suixin-Status: ", proof.status)
        head.add("Suixin-Proof: ", proof.proof)
        head.add("Suixin-Query: ", id.text)
        head.add("X-Content-Type-Options: ", "nosniff")
        head.add("RateLimit: ", admission.decision.rateLimit)
        head.add("RateLimit-Policy: ", admission.decision.limits.policy)
        head.add("Date: ", library.date.text(at: moment / 1000))
        guard !isKnown else { return (304, head.end()) }
        head.add("Content-Type: ", Accepted.flattened.contentType)
        head.add("Content-Length: ", String(document.count))
        return (200, head.end(document))
    }

    /// The id or code in a path that has nothing else in it, in the form in which the tree knows it.
    private static func name(in path: String) -> String? {
        guard path.utf8.count <= prefix.utf8.count + longestName, path.hasPrefix(prefix) else { return nil }
        let name = path.utf8.dropFirst(prefix.utf8.count)
        guard !name.isEmpty, name.allSatisfy({ 0x30...0x39 ~= $0 || 0x41...0x5A ~= $0 || 0x61...0x7A ~= $0 }) else {
            return nil
        }
        let text = String(Substring(name))
        return EnterpriseID(text) == nil ? text.uppercased() : text
    }

    /// Whether the name is the enterprise's id, or a code that leads to it; an id that moved redirects.
    private static func leadsHere(_ said: ProvenStatement) -> Bool {
        switch said.statement {
        case .version?: true
        case .holders(let ids)?: ids.count == 1
        default: false
        }
    }
}

/// What the short way reads of a request's fields; nil where one of them says something unusual.
struct HotFields {
    private(set) var authorization: String?
    private(set) var apiKey: String?
    private(set) var purpose: String?
    private(set) var ifNoneMatch: String?

    init?(_ headers: HTTPHeaders) {
        for (name, value) in headers {
            switch name.utf8.count {
            case 6 where name.isField("accept"):
                guard value == "*/*" || Accepted(value) == .flattened else { return nil }
            case 9 where name.isField("x-api-key"):
                guard apiKey == nil else { return nil }
                apiKey = value
            case 10 where name.isField("connection"):
                // It is kept unless it is said otherwise (RFC 9112 §9.3).
                guard value.isField("keep-alive") else { return nil }
            case 13 where name.isField("authorization"):
                guard authorization == nil else { return nil }
                authorization = value
            case 13 where name.isField("if-none-match"):
                guard ifNoneMatch == nil else { return nil }
                ifNoneMatch = value
            case 14 where name.isField("suixin-purpose"):
                guard purpose == nil else { return nil }
                purpose = value
            case 14 where name.isField("content-length"), 15 where name.isField("suixin-evidence"),
                17 where name.isField("transfer-encoding"):
                return nil
            default: break
            }
        }
    }
}

/// A response as it is written: the head, field by field, and the body behind it.
///
/// The values are our own words and ids, in which nothing needs an escape.
struct HotHead {
    private var bytes: ByteBuffer

    init(_ line: StaticString, _ buffer: ByteBuffer) {
        bytes = buffer
        bytes.writeStaticString(line)
    }

    /// Adds a field; its name comes with the colon and the blank behind it.
    mutating func add(_ name: StaticString, _ value: String) {
        bytes.writeStaticString(name)
        bytes.writeString(value)
        bytes.writeStaticString("\r\n")
    }

    mutating func end(_ body: [UInt8] = []) -> ByteBuffer {
        bytes.writeStaticString("\r\n")
        bytes.writeBytes(body)
        return bytes
    }
}

extension StoredAnswer {
    /// A stored document that is given as it is.
    init(_ profile: SignedProfile, form: DocumentForm) {
        self.init(
            enterprise: profile.id,
            version: profile.version,
            key: profile.key,
            issuedAt: profile.issuedAt,
            form: form
        )
    }
}

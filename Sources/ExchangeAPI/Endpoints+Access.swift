internal import Access
internal import CanonicalJSON
internal import CreditStore
internal import HTTPTypes

extension Endpoint {
    /// Tokens, and what a client was answered.
    static let access = [
        Endpoint(
            "token",
            .post,
            "/oauth2/token",
            .open,
            body: Body(mediaType: "application/x-www-form-urlencoded", limit: FormParameters.sizeLimit)
        ) { library, inquiry in try await token(library, inquiry) },
        Endpoint("evidence", .get, "/v1/queries/{query}/evidence", .scope(.readEvidence)) { library, inquiry in
            guard let admission = inquiry.admission, let query = QueryID(inquiry.segments["query"] ?? "") else {
                throw Problem.noEvidence
            }
            return try await library.reading {
                let reader = EvidenceReader(library.gate.records, documents: library)
                do {
                    let evidence = try reader.evidence(of: query, for: admission.caller)
                    return Reply.json(
                        evidence.bytes,
                        headers: [.contentType: evidence.entry.form?.contentType ?? "application/octet-stream"]
                    )
                } catch is EvidenceError {
                    throw Problem.noEvidence
                }
            }
        },
        Endpoint(
            "queries",
            .get,
            "/v1/queries",
            .scope(.readEvidence),
            parameters: ["limit", "before"]
        ) { library, inquiry in try await queries(library, inquiry) },
    ]

    private static func token(_ library: ExchangeLibrary, _ inquiry: Inquiry) async throws -> Reply {
        guard let parameters = FormParameters(parsing: inquiry.body) else {
            throw Problem.body("a form, each parameter at most once", "表单，每个参数至多一次")
        }
        let (attempts, address, now) = (library.gate.attempts, inquiry.address, inquiry.moment)
        // Before any work is done for whoever asks.
        let wait = address.map { attempts.tokensByAddress.admit($0, at: now) } ?? 0
        guard wait == 0 else { throw Problem.tooMany(after: wait) }
        let request = TokenRequest(
            parameters,
            authorization: inquiry.headers[.authorization],
            certificate: inquiry.certificate
        )
        return try await library.reading {
            do {
                let token = try library.gate.tokens.issue(request, at: now, within: attempts.tokensByClient)
                return Reply.json(token.json).uncompressed
            } catch let error as TooManyTokens {
                throw Problem.tooMany(after: error.retryAfter)
            } catch let error as OAuthError {
                library.gate.note(error, inquiry)
                let wait = error.status == 401 ? address.map { attempts.failuresByAddress.admit($0, at: now) } ?? 0 : 0
                guard wait == 0 else { throw Problem.tooManyFailures(after: wait) }
                var reply = Reply.json(error.json, status: .init(code: error.status))
                if let challenge = error.challenge(realm: library.gate.realm) {
                    reply.headers[.wwwAuthenticate] = challenge
                }
                return reply
            }
        }
    }

    /// The client's own queries, the newest first, a page at a time.
    private static func queries(_ library: ExchangeLibrary, _ inquiry: Inquiry) async throws -> Reply {
        guard let admission = inquiry.admission else { throw Problem.noEvidence }
        var filter = JournalFilter(limit: Int(try inquiry.whole("limit", in: 1...1000, default: 100)))
        if let text = inquiry.parameters["before"] {
            guard let before = QueryID(text) else {
                throw Problem.value("before", "the id of a query, as a page gives it", "前一页所给的查询编号")
            }
            filter.before = before
        }
        let entries = try await library.reading { [filter] in
            do {
                return try OwnQueries(library.gate.records, of: admission.caller).entries(filter)
            } catch is EvidenceError {
                throw Problem.value("before", "the id of a query, as a page gives it", "前一页所给的查询编号")
            }
        }
        var page: [String: JSONValue] = ["queries": .array(entries.map(\.json))]
        if entries.count == filter.limit, let last = entries.last { page["before"] = .string(last.id.text) }
        return .json(JSONValue.object(page).canonical)
    }
}

extension QueryEntry {
    fileprivate var form: Accepted? {
        let form: DocumentForm
        switch answer {
        case .nothing: return nil
        case .stored(let stored): form = stored.form
        case .kept(_, let kept): form = kept
        }
        return switch form {
        case .flattened: .flattened
        case .compact: .compact
        case .plain: .plain
        }
    }
}

extension ExchangeLibrary: StoredDocuments {
    /// The document of a version, in the form in which it was given.
    func candidates(for answer: StoredAnswer) throws -> [[UInt8]] {
        guard let signed = try store.signed(answer.enterprise, version: answer.version) else { return [] }
        return [try Self.form(signed.document, answer.form == .compact ? .compact : .flattened)]
    }
}

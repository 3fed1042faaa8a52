internal import Access
internal import CanonicalJSON
internal import CreditModel
internal import CreditStore
internal import HTTPTypes
internal import ServiceKit
internal import ServiceLifecycle
internal import Signing

extension Endpoint {
    /// Whether the exchange is there, whether it can answer, and how fresh what it answers is.
    static let health = [
        Endpoint("alive", .get, "/livez", .open) { _, _ in .text("alive") },
        Endpoint("ready", .get, "/readyz", .open) { library, inquiry in
            let isStopping = Task.isShuttingDownGracefully
            var missing = try await library.reading { library.missing(at: inquiry.moment) }
            if isStopping { missing.append("running") }
            guard missing.isEmpty else { throw Problem.unready(missing) }
            return .text("ready")
        },
        // Open to anybody, as the signed status is from which it is read. Data that is late makes no node unready:
        // another one would have the same data.
        Endpoint("freshness", .get, "/freshness", .open) { library, inquiry in
            let freshness = try await library.reading { () -> Freshness? in
                _ = try library.status.statusDocument(at: inquiry.now)
                return try library.store.latestStatus().map { try Freshness($0, lateAfter: library.lateAfter) }
            }
            guard let freshness else { throw Problem.notYet }
            return .json(freshness.json.canonical, headers: [.suixinStatus: freshness.digest])
        },
    ]
}

extension ExchangeLibrary {
    /// What is needed for answering and is not there, in a word each.
    func missing(at moment: Int64) -> [String] {
        var missing: [String] = []
        if (try? store.storePosition()) == nil { missing.append("store") }
        if (try? keys().keys.isEmpty) ?? true { missing.append("keys") }
        if gate.journal.condition(at: moment) != .open { missing.append("journal") }
        return missing
    }
}

extension Problem {
    /// Requests are better sent elsewhere for now.
    static func unready(_ missing: [String]) -> Problem {
        Problem(
            .serviceUnavailable,
            "not-ready",
            Wording("Not ready", "尚未就绪"),
            Wording(
                "Queries cannot be answered at the moment; missing: \(missing.joined(separator: ", ")).",
                "暂时无法答复查询；缺少：\(missing.joined(separator: "、"))。"
            ),
            members: ["missing": .array(missing.map { .string($0) })],
            headers: [.retryAfter: "5"]
        )
    }
}

/// How fresh each source is, as the signed status says.
struct Freshness {
    /// A dataset of an agency.
    struct Source {
        let agency: String
        let dataset: String
        /// As in the status: `current`, `incomplete`, `late`, `unreachable` or `never`.
        let state: String
        /// POSIX seconds; nil before the first good run.
        let lastSuccess: Int64?
        let completeUpTo: JSONValue
        /// When it will be late, or was; POSIX seconds.
        let due: Int64?

        var isFresh: Bool { state == "current" }
    }

    let digest: String
    let issuedAt: Int64
    let expiresAt: Int64
    let sources: [Source]

    /// - Parameters:
    ///   - status: the latest.
    ///   - lateAfter: seconds after a good run by which the next one is due.
    /// - Throws: ``JSONError`` where the status cannot be read.
    init(_ status: SignedStatus, lateAfter: Int64) throws {
        digest = status.digest
        issuedAt = status.issuedAt
        expiresAt = status.expiresAt
        let payload = try JSONValue(parsing: SignedDocument(parsing: status.document).unverifiedPayload)
        sources = (payload["sources"]?.object ?? [:]).sorted { $0.key < $1.key }.flatMap { agency, datasets in
            (datasets.object ?? [:]).sorted { $0.key < $1.key }.map { dataset, said in
                let last = said["lastSuccess"]?.string.flatMap { LocalTime($0) }?.posix
                return Source(
                    agency: agency,
                    dataset: dataset,
                    state: said["state"]?.string ?? "never",
                    lastSuccess: last,
                    completeUpTo: said["completeUpTo"] ?? .null,
                    due: last.map { $0 + lateAfter }
                )
            }
        }
    }

    var json: JSONValue {
        func moment(_ posix: Int64?) -> JSONValue {
            posix.map { .string(LocalTime(posix: $0).description) } ?? .null
        }
        return .object([
            "status": .string(digest), "issuedAt": .integer(issuedAt), "expiresAt": .integer(expiresAt),
            "fresh": .bool(sources.allSatisfy(\.isFresh)),
            "sources": .array(
                sources.map { source in
                    .object([
                        "agency": .string(source.agency), "dataset": .string(source.dataset),
                        "fresh": .bool(source.isFresh), "state": .string(source.state),
                        "lastSuccess": moment(source.lastSuccess), "due": moment(source.due),
                        "completeUpTo": source.completeUpTo,
                    ])
                }
            ),
        ])
    }
}

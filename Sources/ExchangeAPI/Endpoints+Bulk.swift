internal import Access
internal import CanonicalJSON
internal import CreditStore
internal import HTTPTypes
internal import HashTree
internal import ServiceKit
internal import Signing

extension Endpoint {
    /// Everything at once, to begin a copy with.
    ///
    /// Whole profiles: only for whom every section was granted.
    static let bulk = [
        Endpoint("snapshot-latest", .get, "/v1/snapshots/latest", .scope(.bulkEnterprises)) { library, inquiry in
            try inquiry.mustSeeAll()
            guard let snapshot = try await library.reading({ try library.snapshots?.latest() }) else {
                throw Problem.noSnapshotYet
            }
            return try manifest(snapshot, inquiry, cacheControl: "no-cache")
        },
        Endpoint("snapshot", .get, "/v1/snapshots/{snapshot}", .scope(.bulkEnterprises)) { library, inquiry in
            try inquiry.mustSeeAll()
            return try manifest(try await snapshot(library, inquiry), inquiry, cacheControl: immutable)
        },
        Endpoint("snapshot-file", .get, "/v1/snapshots/{snapshot}/{file}", .scope(.bulkEnterprises)) {
            library,
            inquiry in
            try inquiry.mustSeeAll()
            let snapshot = try await snapshot(library, inquiry)
            guard let described = snapshot.files.first(where: { $0.name == inquiry.segments["file"] }),
                let file = try await library.reading({ ServedFile(path: described.path) }), file.size == described.bytes
            else { throw Problem.noSuchSnapshot }
            return reply(file, described, inquiry, library)
        },
        Endpoint("annex", .get, "/v1/annexes/{digest}", .scope(.bulkEnterprises)) { library, inquiry in
            try inquiry.mustSeeAll()
            let digest = inquiry.segments["digest"] ?? ""
            guard let annex = try await library.reading({ try library.store.annex(digest) }) else {
                throw Problem.noSuchAnnex
            }
            let tag = "\"\(annex.digest)\""
            var reply = Reply(headers: [.eTag: tag, .cacheControl: immutable], body: .none)
            if EntityTags(inquiry.headers[.ifNoneMatch]).contains(tag) {
                reply.status = .notModified
                return reply
            }
            reply.headers[.contentType] = "application/json"
            reply.body = .bytes(annex.bytes)
            reply.document = .kept(version: annex.digest, .plain)
            return reply
        },
    ]

    /// What never changes; shared caches must not hand it to others.
    private static let immutable = "private, max-age=31536000, immutable"

    private static func snapshot(_ library: ExchangeLibrary, _ inquiry: Inquiry) async throws -> ShelvedSnapshot {
        let id = inquiry.segments["snapshot"] ?? ""
        guard let found = try await library.reading({ try library.snapshots?.snapshot(id) }) else {
            throw Problem.noSuchSnapshot
        }
        return found
    }

    private static func manifest(
        _ snapshot: ShelvedSnapshot,
        _ inquiry: Inquiry,
        cacheControl: String
    ) throws -> Reply {
        let accepted = Accepted(inquiry.headers[.accept]).signed
        let tag = "\"\(snapshot.id)\(accepted.tag)\""
        var reply = Reply(
            headers: [
                .eTag: tag, .cacheControl: cacheControl, .vary: vary, .suixinStatus: snapshot.status,
                .contentLocation: "/v1/snapshots/\(snapshot.id)",
            ],
            body: .none
        )
        if EntityTags(inquiry.headers[.ifNoneMatch]).contains(tag) {
            reply.status = .notModified
            return reply
        }
        reply.headers[.contentType] = accepted.contentType
        reply.body = .bytes(try ExchangeLibrary.form(snapshot.manifest, accepted))
        // The manifest names the digests of all that is handed out with it: so the journal can tell what that was.
        reply.document = .kept(version: snapshot.id, accepted.form)
        return reply
    }

    /// A file as it lies, or a part of it.
    ///
    /// The stored bytes are what is named, tagged and cut: they are no content coding of something else, so that nobody on the
    /// way unpacks them and a download goes on where it was cut.
    private static func reply(
        _ file: ServedFile,
        _ described: ShelvedSnapshot.File,
        _ inquiry: Inquiry,
        _ library: ExchangeLibrary
    ) -> Reply {
        let tag = "\"\(described.digest.dropFirst(7))\""
        var fields: HTTPFields = [
            .eTag: tag, .cacheControl: immutable, .vary: "Authorization", .acceptRanges: "bytes",
            .contentType: "application/gzip",
        ]
        if let digest = ContentDigest.field(of: described.digest) { fields[.reprDigest] = digest }
        if EntityTags(inquiry.headers[.ifNoneMatch]).contains(tag) {
            fields[.contentType] = nil
            return Reply(status: .notModified, headers: fields, body: .none)
        }
        // A range is asked for by GET alone.
        let asked = inquiry.isHead ? nil : inquiry.headers[.range]
        switch ByteRange(asked, onlyIf: inquiry.headers[.ifRange], tag: tag, size: file.size) {
        case .whole: return Reply(headers: fields, body: .stream(file.body(0..<file.size, library)))
        case .part(let range):
            fields[.contentRange] = "bytes \(range.lowerBound)-\(range.upperBound)/\(file.size)"
            let body = file.body(range.lowerBound..<range.upperBound + 1, library)
            return Reply(status: .partialContent, headers: fields, body: .stream(body))
        case .unsatisfiable:
            var reply = Problem.noSuchRange.reply(in: inquiry.language, instance: inquiry.id.text)
            reply.headers[.contentRange] = "bytes */\(file.size)"
            return reply
        }
    }
}

/// A digest as RFC 9530 writes it.
private enum ContentDigest {
    /// `sha-256=:…:`; nil for no digest.
    static func field(of digest: String) -> String? {
        guard let hash = TreeHash(digest: digest) else { return nil }
        return "sha-256=:\(Base64.text(hash.bytes)):"
    }
}

extension Inquiry {
    /// Lets pass only whom every section was granted: what is made for everybody alike hides nothing from anybody.
    fileprivate func mustSeeAll() throws(Problem) {
        guard let admission, admission.permission.sections == nil else { throw .notAllSections }
    }

    /// Whether changes of codes are asked for, which are part of a copy of everything.
    /// - Throws: ``Problem`` where not every section was granted.
    var asksForCodes: Bool {
        get throws(Problem) {
            switch parameters["codes"] {
            case nil, "false"?: return false
            case "true"?:
                try mustSeeAll()
                return true
            default: throw .value("codes", "true or false", "true 或 false")
            }
        }
    }
}

extension HTTPField.Name {
    /// The digest of the whole file, whatever part of it is sent (RFC 9530).
    fileprivate static let reprDigest = HTTPField.Name("Repr-Digest") ?? .eTag
}

extension Problem {
    static let notAllSections = Problem(
        .forbidden,
        "all-sections-needed",
        Wording("Whole profiles only", "仅提供完整档案"),
        Wording(
            "This gives whole profiles, for which section:* must be granted; whoever may see some sections asks for these by "
                + "POST /v1/enterprises:batchGet, and follows GET /v1/changes.",
            "此处只提供完整档案，须获授予 section:*；只获授予部分内容的调用方，请使用 POST /v1/enterprises:batchGet 和 GET /v1/changes。"
        ),
        members: ["scope": .string("section:*")]
    )
    static let noSnapshotYet = Problem(
        .notFound,
        "no-snapshot-yet",
        Wording("No snapshot yet", "尚无快照"),
        Wording("No snapshot was made yet; ask again later.", "尚未生成快照，请稍后再试。"),
        headers: [.retryAfter: "3600"]
    )
    static let noSuchSnapshot = Problem(
        .notFound,
        "no-such-snapshot",
        Wording("No such snapshot", "没有此快照"),
        Wording(
            "It never was, or is not kept any more: begin with /v1/snapshots/latest.",
            "该快照不存在或已不保留，请从 /v1/snapshots/latest 重新开始。"
        )
    )
    static let noSuchAnnex = Problem(
        .notFound,
        "no-such-annex",
        Wording("No such annex", "没有此附件"),
        Wording("No profile ever named an annex of this digest.", "没有档案引用过具有此摘要的附件。")
    )
    static let noSuchRange = Problem(
        .rangeNotSatisfiable,
        "no-such-range",
        Wording("Nothing lies there", "超出文件范围"),
        Wording(
            "The file ends before the range begins; Content-Range tells its size.",
            "所请求的范围超出文件末尾，文件大小见 Content-Range。"
        )
    )
}

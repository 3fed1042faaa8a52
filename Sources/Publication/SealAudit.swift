internal import CanonicalJSON
internal import CreditModel
package import CreditStore
internal import Crypto
internal import ServiceKit
package import Signing

/// Verifies everything that was ever signed: each document's bytes and seals, and the chain of the statuses.
package struct SealAudit: Sendable {
    /// What was looked at.
    package struct Report: Sendable, Hashable {
        package var documents = 0
        package var statuses = 0
        package init() {}
    }

    private let store: any AuditableStore
    private let keys: KeySet
    private let issuer: String?
    private let width: Int
    private static let page = 500

    /// - Parameters:
    ///   - store: whose documents are verified.
    ///   - keys: the installation's public keys, retired ones too.
    ///   - issuer: who must have issued; nil takes whoever the keys belong to, as after a change of the setting.
    ///   - width: threads that verify.
    package init(store: any AuditableStore, keys: KeySet, issuer: String? = nil, width: Int) {
        self.store = store
        self.keys = keys
        self.issuer = issuer
        self.width = max(1, width)
    }

    /// Verifies all, a page at a time.
    ///
    /// Blocking; memory does not grow with the store.
    /// - Parameters:
    ///   - audit: who is told.
    ///   - mend: called with the seals of present documents that do not verify, page by page; nil leaves them.
    /// - Returns: how much was verified.
    /// - Throws: ``AuditStopped``, and what the store throws.
    package func check(_ audit: Audit, mend: (([(AuditedDocument, [DamagedSeal])]) throws -> Void)? = nil) throws
        -> Report
    {
        var report = Report()
        var last: Int64 = 0
        while true {
            let page = try store.auditedDocuments(after: last, limit: Self.page)
            guard let end = page.last else { break }
            last = end.number
            let verdicts = try page.parallelMap(width: width) { judge($0) }
            var wrong: [(AuditedDocument, [DamagedSeal])] = []
            for (document, verdict) in zip(page, verdicts) {
                for finding in verdict.findings { audit.report(finding) }
                if document.isPresent, !verdict.seals.isEmpty { wrong.append((document, verdict.seals)) }
            }
            if !wrong.isEmpty { try mend?(wrong) }
            report.documents += page.count
            try audit.note("verifying documents", report.documents, of: report.documents)
        }
        report.statuses = try checkStatuses(audit)
        return report
    }

    // MARK: Documents

    private func judge(_ document: AuditedDocument) -> (findings: [Finding], seals: [DamagedSeal]) {
        guard let enterprise = document.enterprise else { return ([], []) }
        func finding(_ kind: Finding.Kind, _ table: String, _ problem: String) -> Finding {
            Finding(
                kind,
                in: table,
                enterprise: enterprise,
                row: "version \(document.version)",
                problem,
                isRepairable: document.isPresent
            )
        }
        guard ShortDigest.text(of: Array(SHA256.hash(data: document.bytes))) == document.version else {
            return ([finding(.document, "document", "its bytes are not those of its version")], [])
        }
        var findings: [Finding] = []
        var damaged: [DamagedSeal] = []
        for (place, (number, seal)) in document.seals.enumerated() {
            let problem = place == number ? problem(with: seal, on: document) : "one before it is gone"
            guard let problem else { continue }
            findings.append(finding(.seal, "seal", "seal \(number): \(problem)"))
            damaged.append(DamagedSeal(document: document.number, number: number))
        }
        return (findings, damaged)
    }

    private func problem(with seal: ProfileSeal, on document: AuditedDocument) -> String? {
        let payload = seal.opening + document.bytes + seal.closing
        do {
            let signed = SignedDocument(of: payload, protected: seal.protected, signature: seal.signature)
            let verified = try keys.verify(signed, as: .profile)
            let (envelope, _) = try Envelope.read(verified.payload)
            if verified.key.keyID != seal.key { return "it is not that of the key that it names" }
            if envelope.issuedAt != seal.issuedAt { return "its time is not the one that was signed" }
            if envelope.subject != seal.id.text || envelope.version != seal.version {
                return "it was signed of another enterprise or version"
            }
            if let issuer, envelope.issuer != issuer { return "another issuer signed it" }
            return nil
        } catch {
            return "it does not verify: \(error)"
        }
    }

    // MARK: Statuses

    private func checkStatuses(_ audit: Audit) throws -> Int {
        var before: SignedStatus?
        var last: Int64 = 0
        var count = 0
        while true {
            let page = try store.auditedStatuses(after: last, limit: Self.page)
            guard let end = page.last else { return count }
            let problems = try page.parallelMap(width: width) { problem(with: $0.status) }
            for ((number, status), problem) in zip(page, problems) {
                let broken = status.previous == before?.digest ? nil : "it does not follow the one before it"
                if let problem = problem ?? broken {
                    audit.report(
                        Finding(.status, in: "status", row: "status \(number)", problem, isRepairable: false)
                    )
                }
                before = status
            }
            last = end.number
            count += page.count
        }
    }

    private func problem(with status: SignedStatus) -> String? {
        do {
            let verified = try keys.verify(SignedDocument(parsing: status.document), as: .status)
            let payload = try StatusPayload(verified.payload)
            let isSame =
                payload.position == status.position && payload.issuedAt == status.issuedAt
                && payload.expiresAt == status.expiresAt && payload.previous == status.previous
                && Publisher.digest(verified.payload) == status.digest
            return isSame ? nil : "what is kept of it is not what was signed"
        } catch {
            return "it does not verify: \(error)"
        }
    }
}

extension Publisher {
    /// Seals present documents anew whose seals do not verify.
    ///
    /// - Parameters:
    ///   - documents: the documents, each with its seals that do not verify.
    ///   - store: where they lie.
    ///   - now: POSIX seconds, the `iat`.
    /// - Throws: what the store and the key throw.
    package func mend(_ documents: [(AuditedDocument, [DamagedSeal])], in store: any AuditableStore, at now: Int64)
        throws
    {
        let key = try signingKey()
        let seals = try documents.compactMap { document, damaged -> ProfileSeal? in
            guard let id = document.enterprise, damaged.count == document.seals.count else { return nil }
            return try sign(StoredProfile(id: id, version: document.version, bytes: document.bytes), with: key, at: now)
        }
        try store.mend(seals, inPlaceOf: documents.flatMap(\.1), at: now)
    }
}

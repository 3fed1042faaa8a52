internal import CanonicalJSON
package import CreditModel
package import CreditStore
internal import ServiceKit
internal import Signing
internal import Synchronization

extension Publisher: SourcesStatus {
    /// Signs a status of the sources if anything changed since the last one, or an hour has passed.
    ///
    /// Blocking.
    /// - Parameters:
    ///   - now: POSIX seconds.
    ///   - day: the day up to which profiles must be derived.
    /// - Returns: the status that counts now, be it new or the last one.
    /// - Throws: ``PublicationError/unfinished(waiting:)`` while profiles wait: a status vouches for all of them.
    @discardableResult
    package func publishStatus(at now: Int64, day: Day) throws -> SignedStatus {
        // Two readers that ask at once must not both continue the chain from the same status.
        try statusLock.mutex.withLock { _ in
            do {
                return try nextStatus(at: now, day: day)
            } catch let error as StoreError where error.code == .conflict {
                // Another process signed one in between: that one is good, or what comes next follows it.
                return try nextStatus(at: now, day: day)
            }
        }
    }

    private func nextStatus(at now: Int64, day: Day) throws -> SignedStatus {
        // The position is read first: what happens after it is not vouched for, and costs one more status.
        let position = try store.storePosition()
        let latest = try store.latestStatus()
        // A clock that was set back must not make a status that looks older than the one before.
        let now = max(now, latest?.issuedAt ?? now)
        let sources = SourcesPayload(try store.sourceStates(), datasets: datasets, now: now, lateAfter: lateAfter)
        if let latest, try isStillGood(latest, position: position, sources: sources, now: now) { return latest }
        try checkFinished(on: day)
        let key = try signingKey()
        return try store.storeStatus { tree in
            guard tree.position == position else {
                throw StoreError(
                    .conflict,
                    "the store went on from position \(position): sign a status of what it is now"
                )
            }
            let status = StatusPayload(
                issuer: issuer,
                issuedAt: now,
                position: position,
                previous: latest?.digest,
                sources: sources,
                tree: tree
            )
            let payload = status.payload
            return SignedStatus(
                position: position,
                issuedAt: now,
                expiresAt: status.expiresAt,
                digest: Self.digest(payload),
                previous: latest?.digest,
                document: try key.sign(payload, as: .status).flattened
            )
        }
    }

    /// The status for whoever asks over HTTP; the last one while profiles wait to be derived or signed, or a sync holds the
    /// store: that will sign the next one.
    package func statusDocument(at now: Int64) throws -> [UInt8]? {
        do {
            return try publishStatus(at: now, day: LocalTime(posix: now).day).document
        } catch PublicationError.unfinished {
            return try store.latestStatus()?.document
        } catch let error as StoreError where error.code == .locked || error.code == .conflict {
            return try store.latestStatus()?.document
        }
    }

    /// Up to where what is served now vouches for the sources, and what they were like there.
    ///
    /// While profiles wait to be derived or signed that is the latest status, for what is served is what that covers, or newer.
    /// - Throws: ``PublicationError/unfinished(waiting:)`` where profiles wait and there is no status.
    func coverage(at now: Int64) throws -> Coverage {
        let position = try store.storePosition()
        let sources = SourcesPayload(try store.sourceStates(), datasets: datasets, now: now, lateAfter: lateAfter)
        do {
            try checkFinished(on: LocalTime(posix: now).day)
            return Coverage(position: position, issuedAt: now, sources: sources.value, isBehind: false)
        } catch PublicationError.unfinished(let waiting) {
            guard let latest = try store.latestStatus() else { throw PublicationError.unfinished(waiting: waiting) }
            let status = try StatusPayload(SignedDocument(parsing: latest.document).unverifiedPayload)
            return Coverage(
                position: status.position,
                issuedAt: status.issuedAt,
                sources: status.sources,
                isBehind: true
            )
        }
    }

    private func isStillGood(_ latest: SignedStatus, position: Int64, sources: SourcesPayload, now: Int64) throws
        -> Bool
    {
        guard latest.position == position, now - latest.issuedAt < Self.statusRenewal, try !store.hasNewsForTree()
        else { return false }
        // A source may turn late without any commit. The document is our own, from our own store.
        let payload = try SignedDocument(parsing: latest.document).unverifiedPayload
        return try StatusPayload(payload).sources == sources.value
    }

    private func checkFinished(on day: Day) throws {
        let waiting = try store.pendingCount(on: day)
        guard waiting == 0 else { throw PublicationError.unfinished(waiting: waiting) }
        let unsigned = try store.unsigned(limit: 1).count
        guard unsigned == 0 else { throw PublicationError.unfinished(waiting: unsigned) }
    }
}

/// What the profiles that are served now rest on.
struct Coverage {
    /// Every profile that the store's changes up to here touch is served as they left it, or newer.
    let position: Int64
    /// When the sources were like that, in POSIX seconds.
    let issuedAt: Int64
    let sources: JSONValue
    /// Whether the store has changes beyond it that wait to be derived or signed.
    let isBehind: Bool
}

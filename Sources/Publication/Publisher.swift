internal import Crypto
package import CreditModel
package import CreditStore
internal import Foundation
internal import ServiceKit
package import Signing
internal import Synchronization

/// Held while a status is signed; shared by all copies of a ``Publisher``.
final class StatusLock: Sendable {
    let mutex = Mutex(())
}

/// Signs what is derived: each profile once per version, and the status of the sources after them.
package struct Publisher: Sendable {
    /// How long a status counts, in seconds.
    package static let statusLifetime: Int64 = 7200
    /// After how many seconds a status is signed anew although nothing changed.
    package static let statusRenewal: Int64 = 3600

    let store: any CreditStore
    let issuer: String
    let signingKey: @Sendable () throws -> SigningKey
    let datasets: [DatasetID]
    let lateAfter: Int64
    let statusLock = StatusLock()
    private let batchSize: Int
    private let width: Int

    /// Makes a publisher.
    ///
    /// - Parameters:
    ///   - store: where profiles lie and signatures go.
    ///   - issuer: `iss` of everything signed: `issuer` in the configuration.
    ///   - signingKey: the key that signs now; asked each time, so that a rotation takes effect without a restart.
    ///   - datasets: all that the exchange means to read: those never tried are published as `never`.
    ///   - lateAfter: seconds without a good run after which a source counts as late.
    ///   - batchSize: profiles signed in one transaction.
    ///   - width: threads that sign.
    package init(
        store: any CreditStore,
        issuer: String,
        signingKey: @escaping @Sendable () throws -> SigningKey,
        datasets: [DatasetID],
        lateAfter: Int64 = 36 * 3600,
        batchSize: Int = 500,
        width: Int = ProcessInfo.processInfo.activeProcessorCount
    ) {
        self.store = store
        self.issuer = issuer
        self.signingKey = signingKey
        self.datasets = datasets
        self.lateAfter = lateAfter
        self.batchSize = max(1, batchSize)
        self.width = max(1, width)
    }

    /// Signs every profile whose present version was never signed.
    ///
    /// Blocking. A version keeps the signature that it got: after a rotation only new versions are signed
    /// by the new key.
    /// - Parameters:
    ///   - now: POSIX seconds, the `iat` of what is signed.
    ///   - progress: called with the number signed so far.
    /// - Returns: how many were signed.
    /// - Throws: ``PublicationError`` `tooLarge` for a profile over the limit, and what the store and the key throw.
    @discardableResult
    package func signProfiles(at now: Int64, progress: (Int) -> Void = { _ in }) throws -> Int {
        let key = try signingKey()
        var count = 0
        while true {
            let profiles = try store.unsigned(limit: batchSize)
            guard !profiles.isEmpty else { return count }
            let signed = try profiles.parallelMap(width: width) { try sign($0, with: key, at: now) }
            try store.storeSigned(signed, at: now)
            count += signed.count
            progress(count)
        }
    }

    /// Seals profiles as they are derived, with the key that signs now; what it cannot seal waits for ``signProfiles``.
    ///
    /// - Parameter now: POSIX seconds, the `iat` of what is signed.
    /// - Returns: what signs one profile, from any thread.
    /// - Throws: what the key throws.
    package func sealing(now: @escaping @Sendable () -> Int64) throws -> @Sendable (DerivedProfile) -> ProfileSeal? {
        let key = try signingKey()
        return { profile in
            let stored = StoredProfile(id: profile.id, version: profile.version, bytes: profile.bytes)
            return try? sign(stored, with: key, at: now())
        }
    }

    func sign(_ profile: StoredProfile, with key: SigningKey, at now: Int64) throws -> ProfileSeal {
        let envelope = Envelope(issuer: issuer, issuedAt: now, subject: profile.id.text, version: profile.version)
        let payload = envelope.payload(around: profile.bytes)
        guard payload.count <= Envelope.limit else { throw PublicationError.tooLarge(profile.id, bytes: payload.count) }
        let document = try key.sign(payload, as: .profile)
        let (opening, closing) = envelope.frame
        return ProfileSeal(
            id: profile.id,
            version: profile.version,
            key: key.keyID,
            issuedAt: now,
            opening: opening,
            closing: closing,
            protected: document.protected,
            signature: document.signature
        )
    }

    /// `sha256:` and the hexadecimal digest.
    static func digest(_ bytes: [UInt8]) -> String { "sha256:" + SHA256.hash(data: bytes).hexadecimal }
}

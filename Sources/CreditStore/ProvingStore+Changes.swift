internal import CreditModel
internal import HashTree
public import ProfileChanges

/// What changes come to.
extension ProvingStore {
    /// Compares the profiles of before and after a change; reads both, and those of their annexes.
    ///
    /// - Parameters:
    ///   - change: what to compare.
    ///   - page: changes of the same page: where an id was joined to another, they name the profile that this one has by then.
    /// - Returns: what became of the id, which sections say something else, and what was retracted.
    /// - Throws: ``StoreError``, and ``ProfileChangeError`` where a document is damaged.
    public func digest(of change: ProfileChange, among page: [ProfileChange] = []) throws -> ChangeDigest {
        var old: ProfileDocument?
        var new: ProfileDocument?
        if case .version(let version)? = change.before { old = try document(change.enterprise, version) }
        switch change.after {
        case .version(let version)?: new = try document(change.enterprise, version)
        // Only what was said before can be retracted.
        case .movedTo(let target)? where old != nil: new = try document(joined: target, change.status, page)
        default: break
        }
        return try ChangeDigest(before: change.before, after: change.after, old: old, new: new)
    }

    /// The profile of an id to which another was joined: as of the same status, or else of now.
    private func document(joined id: EnterpriseID, _ status: String, _ page: [ProfileChange]) throws -> ProfileDocument?
    {
        let twin = page.first { $0.enterprise == id && $0.status == status }
        if case .version(let version)? = twin?.after { return try document(id, version) }
        guard let profile = try provenAnswer(about: [id.text])?.profile else { return nil }
        return try taken(apart: profile)
    }

    private func document(_ id: EnterpriseID, _ version: String) throws -> ProfileDocument? {
        // A status is signed after every version that it names, and signatures are kept.
        guard let profile = try signed(id, version: version) else {
            throw StoreError(
                .damaged,
                "the signed profile \(version) of \(id) is missing: `suixin store check` says more"
            )
        }
        return try taken(apart: profile)
    }

    private func taken(apart profile: SignedProfile) throws -> ProfileDocument {
        let annexes = try ProfileDocument.annexDigests(of: profile.profile).compactMap { try annex($0)?.bytes }
        return try ProfileDocument(profile.profile, annexes: annexes)
    }
}

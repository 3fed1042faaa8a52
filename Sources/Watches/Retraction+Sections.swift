internal import ProfileChanges

extension Retraction {
    /// What a client may see of it now, which may be less than when it was told.
    ///
    /// - Parameter sections: those that may be named; nil for all.
    /// - Returns: the retraction with the records that speak in these, and without the others' names.
    package func naming(_ sections: [String]?) -> Retraction {
        guard let sections else { return self }
        let shown = records.compactMap { retracted -> RetractedRecord? in
            let named = retracted.sections.filter(sections.contains)
            return named.isEmpty ? nil : RetractedRecord(record: retracted.record, sections: named)
        }
        return Retraction(
            id: id,
            client: client,
            enterprise: enterprise,
            records: shown,
            reason: reason,
            opened: opened,
            delivered: delivered,
            acknowledged: acknowledged
        )
    }
}

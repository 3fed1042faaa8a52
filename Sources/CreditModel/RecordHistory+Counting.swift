extension RecordHistory {
    /// The versions with content that no later withdrawal and no absence ended, in order: what history may be told from.
    ///
    /// Nothing that was withdrawn is shown, not even as history of a record that came back.
    package var countingVersions: [RecordVersion] {
        let start = versions.lastIndex { $0.operation == .withdrawal }.map { $0 + 1 } ?? 0
        let absences = versions.filter { $0.operation == .absence }
        return versions[start...].filter { version in
            guard version.operation == .record, version.content != nil else { return false }
            return !absences.contains { absence in
                absence.sequence < 0
                    ? absence.modified > version.modified : absence.sequence >> 32 > version.sequence >> 32
            }
        }
    }
}

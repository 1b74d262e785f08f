// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include <QAbstractListModel>

#include "core/engine/pictures/query.h"
#include "core/evaluation/calibration.h"
#include "ui/widgets/tile_roles.h"

namespace fieldmark {

/// Ranked matches with the roles of ui/widgets/tile_roles.h. UI thread.
class MatchModel : public QAbstractListModel {
    Q_OBJECT
  public:
    explicit MatchModel(QObject* parent = nullptr);

    /// Shows `matches` instead of what is there, with the fewest row operations: an item that stays keeps its
    /// persistent index, so that selection and current tile stay with the picture.
    void setMatches(std::vector<Match> matches);
    /// Newer facts about items that are shown (after an edit); others are ignored.
    void updateRows(const std::vector<ItemRow>& rows);
    void setOfflineCollections(const std::set<CollectionId>& collections);
    /// Probabilities beside the scores: of the same value in `field`. Empty: none.
    void setCalibration(const std::optional<Calibration>& calibration, const std::string& field = {});
    bool hasCalibration() const { return m_calibration.has_value(); }
    void clear();

    const std::vector<Match>& matches() const { return m_matches; }
    const Match* match(int row) const;  ///< null out of range; valid until the next change
    int rowOf(ItemId item) const;       ///< -1 if it is not among the matches

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QHash<int, QByteArray> roleNames() const override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;
    QStringList mimeTypes() const override;
    QMimeData* mimeData(const QModelIndexList& indexes) const override;
    Qt::DropActions supportedDragActions() const override { return Qt::CopyAction; }

  private:
    QString probability_text(const Match& match) const;

    std::vector<Match> m_matches;
    std::set<CollectionId> m_offline;
    std::optional<Calibration> m_calibration;
    std::string m_calibration_field;
};

}  // namespace fieldmark

// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QWidget>

#include "core/engine/learning/training_job.h"

class QComboBox;
class QHBoxLayout;
class QLabel;
class QPushButton;

namespace fieldmark {

class FigureTiles;
class PictureRows;
class ThumbnailStore;

/// Before and after, on classes the training has not seen: one sentence, the figures with their intervals,
/// the most improved and the worst queries as pictures, and "Use this model". UI thread.
class ResultCard : public QWidget {
    Q_OBJECT
  public:
    explicit ResultCard(ThumbnailStore& thumbnails, QWidget* parent = nullptr);

    void show_result(const TrainingResult& result);
    /// What became of "Use this model": a text instead of the button; "": the button.
    void set_use_text(const QString& text);
    const TrainingResult& result() const { return m_result; }

  Q_SIGNALS:
    void useRequested(const std::string& model_hash);
    void againRequested();
    void lookAlikesRequested(fieldmark::ItemId item);

  private:
    void show_rows();

    TrainingResult m_result;
    QLabel* m_headline;
    QLabel* m_explanation;
    FigureTiles* m_figures;
    QComboBox* m_choice;
    PictureRows* m_rows;
    QHBoxLayout* m_buttons;
    QPushButton* m_use;
    QPushButton* m_again;
    QLabel* m_use_text;
};

}  // namespace fieldmark

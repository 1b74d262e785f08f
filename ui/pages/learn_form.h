// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <QTimer>
#include <QWidget>

#include "core/engine/session/session.h"

class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;
class QListWidget;
class QPushButton;

namespace fieldmark {

class BoxPreview;
class ThumbnailStore;

/// What shall be learned: the field that names the class, which classes, a method and how long. Says as it is
/// filled in what the training would learn from, or why it cannot. UI thread.
class LearnForm : public QWidget {
    Q_OBJECT
  public:
    LearnForm(Session& session, ThumbnailStore& thumbnails, QWidget* parent = nullptr);

    void set_field(const std::string& name);  ///< preselects; ignored where there is no such field
    std::string field() const;                ///< "" where the library has none
    TrainingRequest request() const;          ///< as chosen now
    bool possible() const { return m_possible; }
    void ask_preview();  ///< what it would learn from may have changed
    void show_state();   ///< a training has begun or ended

  Q_SIGNALS:
    void startRequested();
    void fieldChanged(const std::string& name);  ///< what field() says

  protected:
    void showEvent(QShowEvent* event) override;

  private:
    void build(ThumbnailStore& thumbnails);
    void take_summary(const LibrarySummary& summary);
    void take_classes(const std::vector<ValueCount>& values);
    void model_changed(const ModelStatus& model);
    void method_changed();
    void say_preview(const TrainingPreview& preview);
    void show_preview();
    void show_boxes();
    void say_refusal(const Error& error);
    void set_all_classes(bool checked);
    Method method() const;
    std::vector<std::string> checked_classes() const;

    Session& m_session;
    std::string m_wanted_field;
    RequestId m_values_request = 0;
    RequestId m_preview_request = 0;
    QTimer m_preview_timer;
    std::optional<TrainingPreview> m_plan;  ///< what m_preview says; empty: a refusal
    bool m_possible = false;
    bool m_read_only = false;

    QWidget* m_choices = nullptr;
    QComboBox* m_fields = nullptr;
    QListWidget* m_classes = nullptr;
    QLabel* m_classes_note = nullptr;
    QComboBox* m_method = nullptr;
    QLabel* m_method_text = nullptr;
    QLabel* m_boxes_note = nullptr;
    BoxPreview* m_boxes = nullptr;
    QComboBox* m_depth = nullptr;
    QCheckBox* m_less_colour = nullptr;
    QComboBox* m_bits = nullptr;
    QWidget* m_bits_box = nullptr;
    QComboBox* m_budget = nullptr;
    QLineEdit* m_name = nullptr;
    QLabel* m_preview = nullptr;
    QPushButton* m_start = nullptr;
};

}  // namespace fieldmark
